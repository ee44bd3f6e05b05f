"""Hashes that other libraries made of one password: passlib 1.7.4, Werkzeug 3.1.9 and bcrypt 4.0.1."""
# ruff: noqa: E501  a hash is in one line

PASSWORD = "pässwörd ☕"

SLOW = {
    "werkzeug scrypt": "scrypt:1024:8:1$gRijCqfO0ODCon4S$be21648ce41b8cdb3048317e6dc6381643628fb7e94718adfae0b683ef36fbc29829fdef80f83a2aeadccbb6ef1c0800b2bbb3aec3e6c02fbc44818c3a4f73ff",
    "werkzeug pbkdf2": "pbkdf2:sha256:1000$OAO9wEOVONFERU3f$717fa2ab2de882d6e84365ef70a925299460be2a3260e249652d4153aca1d4d1",
    "werkzeug pbkdf2 sha512": "pbkdf2:sha512:1000$IBGRG3ctsOWTrwcP$c88ee2134ec69910efd8186322e8cc18b5c142b5c9df0a132649bc7b19b1b2e3b9ef55829cc5aaa77c51aa1ca260105477528cb1c4fd9139036af35058b535b8",
    "passlib pbkdf2_sha1": "$pbkdf2$1000$dY4RYmxNyXkPwdjbO6cUAg$xv8N8pIfztRRU7EhX5WV.xg5KCg",
    "passlib pbkdf2_sha256": "$pbkdf2-sha256$1000$tdY6xxgjpDRmjLEWQsj5vw$mHfQFaCx2FX5qFBvMkrhjqw7nK8jj8cOhRxfrIucbNo",
    "passlib pbkdf2_sha512": "$pbkdf2-sha512$1000$AsC4d86Zs5byvjfmHIPw3g$Sk8olfwZQbFJKkJZa1DsK8qy.QbaFq5KOGJKgpkqTqtaEXLE3WdWmTJjD9ogW/gHWuy7y4PG6fm8rv0QASzcJg",
    "passlib scrypt": "$scrypt$ln=10,r=8,p=1$BEAoBaD0HuN87/1fK6V0rg$XyZ+HjsPnC+7Ei3NDNNhJKNWbVx3spsVWBzCWY69gQw",
    "passlib bcrypt_sha256": "$bcrypt-sha256$v=2,t=2b,r=4$BkxyYsK6NHU9IpGyNnWhOO$V14BWSyAAk8hO8QdTiRUMTbcjRAtUFu",
    "passlib bcrypt_sha256 of version 1": "$bcrypt-sha256$2b,4$uEuhCXWqOwTMZA9gF6SEHu$yI2hcRTHChVSya2O47ZFfT.f8pSCfii",
    "passlib sha512_crypt": "$6$rounds=1000$y4oVWOL3Mqwz/LzZ$.IxlkzY0MwNKXkMjhsxa4k8aqgV4dKCEmxu0v9bxCElN/x2TGshvqnf9ZCiUdeGXYBNCjpTvHvGoOBdqMf4nM/",
    "passlib sha256_crypt": "$5$rounds=1000$RTm8hW/wehslIBy3$KWK85ZP1fr/hVsYgh.xkv7WAl5sDrIXLuSgyKRLPVYD",
    "crypt with 5000 rounds": "$6$HIKt8b0w72j/Uvvt$1wIkCGKp94mCGaEO874Y6AieUqtkVn2J6XleyhsPv8/uJdr0UrzZD310s86xoQUr4iLdQ.yGXp4OITkvehM5O0",
    "crypt of SHA-256 with 5000 rounds": "$5$PtI/uUqD/fwNTkiK$q0diPkIAAHK2tSxSZGNf71ZKwfHKjSZcEET0Zr/Gl56",
    "passlib phpass": "$P$5321T.8l1JjeZagjcyy606GGMEw7py0",
    "passlib phpBB": "$H$5o0lfcoc7RClO.w/lMGUPwmThDsNT31",
    "passlib ldap_pbkdf2_sha256": "{PBKDF2-SHA256}1000$hPB.LyXEOKd0jvE.J8TYew$Nb.LjBgTqrJ7YRlqUFR83RTUMH6yfv4V17z8Er/iS70",
    "passlib ldap_pbkdf2_sha512": "{PBKDF2-SHA512}1000$H2MsJaTUGoNQirEWgrBWSg$VadPiJ6iUs8FUCpX7naEgU9q.Ib17ndswIGE1rmrb0O9/HqrZDanumxG8nmiOL/YoUheO3usZFKIyy9wXWCa6A",
    "passlib ldap_bcrypt": "{CRYPT}$2b$04$dRL89n4dqdzzkwm2o3KWd.Xb7z9UXsjIw/iGw2JppjKNHfYPvrrBC",
    "passlib ldap_sha512_crypt": "{CRYPT}$6$rounds=1000$296go5ff2hRUWDJo$lDCuS1O1rg6rLAP3WTSidT4lPVYsCRZDHfM7L6q6lV01QNHSCLxGulfxTWTr/JUBrlx0E5TODXAS/O90WGB3N1",
    "passlib django_bcrypt_sha256": "bcrypt_sha256$$2b$04$Orxzxhc8uLmZzO.5cEzroeJxVLRt7ep6mvsruf8Ja8I7qpN0ygZ4u",
    "passlib django_pbkdf2_sha256": "pbkdf2_sha256$1000$DGzgGPvFmubL$AUJfC4niYg6vCjutfcobZsAHCPSx68zJFjzFy+YggXE=",
}

FAST = {
    "passlib ldap_salted_sha1": "{SSHA}hwVaUiZeKHbA9tP91R06X4gTeMTPOacU",
    "passlib ldap_md5": "{MD5}xcKF+T8sxBp9egBoTXvwVg==",
    "passlib ldap_salted_md5": "{SMD5}X3s8q5znXIfuh5M2K16ott37f08=",
    "passlib ldap_sha1": "{SHA}vTB0GkWomypu4a7NY6iFqxc58TI=",
    "passlib ldap_salted_sha256": "{SSHA256}FmhL4Hme65B+Ql8tJ1Ck9MzAoZp5DWqGXRCbpntcLtIyxnjPuRcC4A==",
    "passlib ldap_salted_sha512": "{SSHA512}ug9O0jf1SwtjLwulMxzrHVVMAnxw37BLrTgNoRp0/3OAykB40PDxOe4GpGbO2XgMezALUCKoLdLvL97fIu5ri5KyttY6Z0yp",
    "passlib hex_md5": "c5c285f93f2cc41a7d7a00684d7bf056",
    "passlib hex_sha1": "bd30741a45a89b2a6ee1aecd63a885ab1739f132",
    "passlib hex_sha256": "d321ec973567c80e6d4835027828b1d34361c656da884d353fc82dd70775c0c9",
    "passlib hex_sha512": "c0745642924bcb4127b9a8d48a6c954e498859dc93f7804925d9298169e4f769df66996d3c7f78c0f40285454b382f2141bac5e1c6e49c5c8b5e1ac12c83be0a",
    "passlib md5_crypt": "$1$Mfz43Ozf$HCT0N9ITE2ozVhYDhSsWc0",
    "passlib apr_md5_crypt": "$apr1$veIaglF.$njcoM5ib/.Cwf5AW70YOk0",
    "passlib django_salted_sha1": "sha1$QoMB5shE8abG$558160c56331aacca693defabfe1ccd3e37a0061",
    "passlib django_salted_md5": "md5$sHrS3pfzOcb9$55b2ce8a37573201b3c4cdc61009a032",
}
