package rpc

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
	"github.com/golang-jwt/jwt/v4"
)

const (
	// secretSize is that of the secret in bytes, and tokenAge how far the time of
	// a token's issue may be from now, either way: the Engine API specification's
	// rules (execution-apis, src/engine/authentication.md).
	secretSize = 32
	tokenAge   = 60 * time.Second
)

// loadSecret reads the secret of the authenticated port, 32 bytes in hex. If there is
// no such file, it makes one that only its owner can read.
func loadSecret(path string) ([]byte, error) {
	secret, err := ReadSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(path)
	}
	return secret, err
}

// ReadSecret reads the secret of an authenticated port, 32 bytes in hex.
func ReadSecret(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("secret of the authenticated port: %w%s", err, seeFlag(FlagAuthSecret))
	}
	secret, err := hex.DecodeString(strings.TrimPrefix(string(bytes.TrimSpace(text)), "0x"))
	if err != nil || len(secret) != secretSize {
		// Nothing of what is in it: it may be a secret with a slip of the pen.
		return nil, fmt.Errorf("secret of the authenticated port: %s does not hold %d bytes in hex%s", path, secretSize, seeFlag(FlagAuthSecret))
	}
	return secret, nil
}

func makeSecret(path string) ([]byte, error) {
	secret := make([]byte, secretSize)
	_, err := rand.Read(secret)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(path, []byte("0x"+hex.EncodeToString(secret)), 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("make the secret of the authenticated port: %w%s", err, seeFlag(FlagAuthSecret))
	}
	return secret, nil
}

// NewAuth returns what gives a client's requests to an authenticated port their token.
func NewAuth(secret []byte) rpc.HTTPAuth {
	return func(header http.Header) error {
		claims := jwt.RegisteredClaims{IssuedAt: jwt.NewNumericDate(time.Now())}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
		if err == nil {
			header.Set("Authorization", "Bearer "+token)
		}
		return err
	}
}

// authenticate passes on the requests that bring a fresh token signed with the
// secret.
func authenticate(secret []byte, m *metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkToken(secret, r.Header.Get("Authorization"), time.Now()); err != nil {
			m.refuse(refusedToken)
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkToken checks an Authorization header: a JSON Web Token signed by HMAC-SHA256
// and issued not long ago. The library checks the signature; its idea of times allows
// for no difference between two clocks.
func checkToken(secret []byte, authorization string, now time.Time) error {
	scheme, text, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || text == "" {
		return errors.New("missing token: this port wants a JSON Web Token signed with the node's secret" + seeFlag(FlagAuthSecret))
	}
	var claims jwt.RegisteredClaims
	key := func(*jwt.Token) (any, error) { return secret, nil }
	_, err := jwt.ParseWithClaims(text, &claims, key,
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Name}), jwt.WithoutClaimsValidation())
	switch {
	case errors.Is(err, jwt.ErrSignatureInvalid):
		return fmt.Errorf("invalid token: %w, it was made with another secret%s", err, seeFlag(FlagAuthSecret))
	case err != nil:
		return fmt.Errorf("invalid token: %w", err)
	case !claims.VerifyExpiresAt(now, false):
		return errors.New("token is expired")
	case claims.IssuedAt == nil:
		return errors.New("missing issued-at")
	case now.Sub(claims.IssuedAt.Time) > tokenAge:
		return fmt.Errorf("stale token: it was issued more than %v ago, if the clocks agree", tokenAge)
	case claims.IssuedAt.Sub(now) > tokenAge:
		return fmt.Errorf("future token: the client's clock is more than %v ahead", tokenAge)
	}
	return nil
}
