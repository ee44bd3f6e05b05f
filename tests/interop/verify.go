package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	jose "gopkg.in/square/go-jose.v2"
	"gopkg.in/square/go-jose.v2/jwt"
)

var errInvalid = errors.New("the access token is not to be trusted")

// fetchKeys returns the issuer's keys; keep them for as long as Cache-Control: max-age says.
func fetchKeys(client *http.Client, issuer string) (keys jose.JSONWebKeySet, err error) {
	answer, err := client.Get(issuer + "/.well-known/jwks.json")
	if err != nil {
		return keys, err
	}
	defer answer.Body.Close()
	return keys, json.NewDecoder(answer.Body).Decode(&keys)
}

// verify returns what an access token says.
func verify(text, issuer, audience string, keys jose.JSONWebKeySet) (claims jwt.Claims, err error) {
	token, err := jwt.ParseSigned(text)
	if err != nil || len(token.Headers) != 1 {
		return claims, errInvalid
	}
	header := token.Headers[0]
	if header.Algorithm != string(jose.ES256) || header.ExtraHeaders["typ"] != "at+jwt" {
		return claims, errInvalid
	}
	known := keys.Key(header.KeyID)
	if len(known) != 1 || token.Claims(known[0].Key, &claims) != nil {
		return claims, errInvalid
	}
	expected := jwt.Expected{Issuer: issuer, Audience: jwt.Audience{audience}, Time: time.Now()}
	if claims.Expiry == nil || claims.ValidateWithLeeway(expected, 30*time.Second) != nil {
		return jwt.Claims{}, errInvalid
	}
	return claims, nil
}
