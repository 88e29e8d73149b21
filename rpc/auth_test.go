package rpc

import (
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethclient"
	gethnode "github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/golang-jwt/jwt/v4"
)

// withAuth serves an authenticated port, with its secret in the file.
func withAuth(file string) func(*Config) {
	return func(cfg *Config) {
		cfg.Auth.Enabled, cfg.Auth.Port, cfg.Auth.SecretFile = true, 0, file
	}
}

// secretIn reads a secret as other programs do.
func secretIn(t *testing.T, file string) (secret [secretSize]byte) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := hex.Decode(secret[:], []byte(strings.TrimPrefix(string(text), "0x"))); err != nil || n != secretSize {
		t.Fatalf("secret %q: %v", text, err)
	}
	return secret
}

func (n *node) dialAuth(scheme string, options ...rpc.ClientOption) (*rpc.Client, error) {
	client, err := rpc.DialOptions(n.t.Context(), scheme+"://"+n.rpc.AuthAddr().String(), options...)
	if err == nil {
		n.t.Cleanup(client.Close)
	}
	return client, err
}

// TestAuth: who has the secret is served everything, over HTTP and WebSocket, with
// go-ethereum's own client; who has not, nothing.
func TestAuth(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "jwtsecret")
	n := newNode(t, withAuth(file), func(cfg *Config) { cfg.API = []string{"eth"}; cfg.WS = false })
	info, err := os.Stat(file)
	n.check(err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	token := gethnode.NewJWTAuth(secretIn(t, file))
	foreign := gethnode.NewJWTAuth([secretSize]byte{1})
	for _, scheme := range []string{"http", "ws"} {
		client, err := n.dialAuth(scheme, rpc.WithHTTPAuth(token))
		n.check(err)
		if id, err := ethclient.NewClient(client).ChainID(t.Context()); err != nil || id.Int64() != 4242 {
			t.Errorf("%s: %v, %v", scheme, id, err)
		}
		if _, err := ask(t, client, "txpool_status"); err != nil { // not on the other port
			t.Errorf("%s: %v", scheme, err)
		}
		for who, options := range map[string][]rpc.ClientOption{"nobody": nil, "a stranger": {rpc.WithHTTPAuth(foreign)}} {
			client, err := n.dialAuth(scheme, options...)
			if err == nil {
				_, err = ask(t, client, "eth_chainId")
			}
			if err == nil || !strings.Contains(err.Error(), "401") {
				t.Errorf("%s: %s: %v", scheme, who, err)
			}
		}
	}
	if _, err := n.ask("txpool_status"); err == nil {
		t.Error("the public port serves everything, too")
	}

	// The same secret after a restart, and another place's error.
	again := n.serve(withAuth(file))
	if client, err := rpc.DialOptions(t.Context(), "http://"+again.AuthAddr().String(), rpc.WithHTTPAuth(token)); err == nil {
		defer client.Close()
		if _, err := ask(t, client, "eth_chainId"); err != nil {
			t.Error(err)
		}
	}
}

func TestAuthRequests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "jwtsecret")
	n := newNode(t, withAuth(file))
	secret := secretIn(t, file)
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		text, err := jwt.NewWithClaims(method, claims).SignedString(key)
		n.check(err)
		return "Bearer " + text
	}
	at := func(after time.Duration) jwt.MapClaims {
		return jwt.MapClaims{"iat": time.Now().Add(after).Unix()}
	}
	good := sign(jwt.SigningMethodHS256, secret[:], at(0))
	for name, test := range map[string]struct {
		authorization, host string
		status              int
		want                string
	}{
		"fresh":       {good, "", 200, "0x1092"},
		"lower case":  {strings.Replace(good, "Bearer", "bearer", 1), "", 200, "0x1092"},
		"a bit late":  {sign(jwt.SigningMethodHS256, secret[:], at(-50*time.Second)), "", 200, "0x1092"},
		"a bit early": {sign(jwt.SigningMethodHS256, secret[:], at(50*time.Second)), "", 200, "0x1092"},
		"more claims": {sign(jwt.SigningMethodHS256, secret[:], jwt.MapClaims{"iat": time.Now().Unix(), "id": "me", "clv": "v1"}), "", 200, "0x1092"},
		"none":        {"", "", 401, "missing token: this port wants a JSON Web Token signed with the node's secret (see --authrpc.jwtsecret)"},
		"password":    {"Basic dXNlcjpwYXNz", "", 401, "missing token"},
		"stale":       {sign(jwt.SigningMethodHS256, secret[:], at(-2*time.Minute)), "", 401, "stale token"},
		"future":      {sign(jwt.SigningMethodHS256, secret[:], at(2*time.Minute)), "", 401, "future token"},
		"expired":     {sign(jwt.SigningMethodHS256, secret[:], jwt.MapClaims{"iat": time.Now().Unix(), "exp": time.Now().Unix() - 10}), "", 401, "token is expired"},
		"no time":     {sign(jwt.SigningMethodHS256, secret[:], jwt.MapClaims{}), "", 401, "missing issued-at"},
		"other key":   {sign(jwt.SigningMethodHS256, []byte("other"), at(0)), "", 401, "signature is invalid, it was made with another secret (see --authrpc.jwtsecret)"},
		"unsigned":    {sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, at(0)), "", 401, "signing method none is invalid"},
		"HS512":       {sign(jwt.SigningMethodHS512, secret[:], at(0)), "", 401, "signing method HS512 is invalid"},
		"garbage":     {"Bearer x.y.z", "", 401, "invalid token: "},
		"other name":  {good, "node-1:8551", 403, "node-1 is not one of the names of this node, add it or * with --authrpc.vhosts"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+n.rpc.AuthAddr().String(), strings.NewReader(askChainID))
			n.check(err)
			r.Header.Set("Content-Type", "application/json")
			if test.authorization != "" {
				r.Header.Set("Authorization", test.authorization)
			}
			r.Host = test.host
			response, body := n.do(r)
			if response.StatusCode != test.status || !strings.Contains(body, test.want) {
				t.Errorf("%s %q, want %d %q", response.Status, body, test.status, test.want)
			}
		})
	}
}

func TestSecretFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	digits := strings.Repeat("0Af1", 16)
	for name, text := range map[string]string{"plain": digits, "prefixed": "0x" + digits, "with an end of line": digits + "\r\n"} {
		if secret, err := loadSecret(write("good", text)); err != nil || len(secret) != secretSize {
			t.Errorf("%s: %x, %v", name, secret, err)
		}
	}
	for path, want := range map[string]string{
		write("short", digits[2:]): "short does not hold 32 bytes in hex (see --authrpc.jwtsecret)",
		write("text", "secret"):    "text does not hold 32 bytes in hex",
		dir:                        "is a directory",
		filepath.Join(write("file", digits), "below"): "not a directory",
	} {
		if _, err := loadSecret(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		} else if strings.Contains(err.Error(), digits[2:]) {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

func FuzzToken(f *testing.F) {
	secret := make([]byte, secretSize)
	now := time.Unix(1_800_000_000, 0)
	good, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iat": now.Unix()}).SignedString(secret)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("Bearer " + good)
	f.Add("Bearer a.b.c")
	f.Add("Bearer eyJhbGciOiJub25lIn0.eyJpYXQiOjE4MDAwMDAwMDB9.")
	// A signature cannot be found by chance. Base64 leaves two bits of its last letter
	// without a meaning.
	signature := good[strings.LastIndexByte(good, '.') : len(good)-1]
	f.Fuzz(func(t *testing.T, authorization string) {
		if err := checkToken(secret, authorization, now); err == nil && !strings.Contains(authorization, signature) {
			t.Fatalf("accepted %q", authorization)
		}
	})
}
