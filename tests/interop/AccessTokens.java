import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.RemoteJWKSet;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.Set;

public final class AccessTokens {
    /** Returns what verifies access tokens: call process(token, null) for each. */
    public static JWTProcessor<SecurityContext> verifier(String issuer, String audience)
            throws MalformedURLException {
        var keys = new RemoteJWKSet<SecurityContext>(new URL(issuer + "/.well-known/jwks.json"));
        var expected = new JWTClaimsSet.Builder().issuer(issuer).build();
        var required = Set.of("sub", "exp", "iat", "jti", "sid");
        var claims = new DefaultJWTClaimsVerifier<>(audience, expected, required);
        claims.setMaxClockSkew(30);
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, keys));
        processor.setJWTClaimsSetVerifier(claims);
        return processor;
    }
}
