package config

import (
	"fmt"
	"net"
	"slices"

	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/wallet"
)

const flagKeystore = "keystore"

// settleAuth switches the authenticated port on for who says anything about it, and
// finds a place for its secret.
func (c *Config) settleAuth() {
	auth := &c.RPC.Auth
	if !c.Set(noderpc.FlagAuth) {
		auth.Enabled = slices.ContainsFunc([]string{
			noderpc.FlagAuthAddr, noderpc.FlagAuthPort, noderpc.FlagAuthVHosts, noderpc.FlagAuthSecret, noderpc.FlagAuthAPI,
		}, c.Set)
	}
	auth.SecretFile = c.jwtSecret
	if auth.SecretFile == "" {
		auth.SecretFile = c.inDataDir("jwtsecret")
	}
}

// settleDevRPC opens what development tools and the pages under development need.
func (c *Config) settleDevRPC() {
	if !c.Set(noderpc.FlagHTTPAPI) {
		c.RPC.API = noderpc.DevNamespaces()
	}
	if !c.Set(noderpc.FlagHTTPCORS) {
		c.RPC.CORS = []string{"*"}
	}
	if !c.Set(noderpc.FlagWSOrigins) {
		c.RPC.WSOrigins = []string{"*"}
	}
}

// settleWallet finds the keystore, and refuses to unlock accounts for a whole network.
func (c *Config) settleWallet() (faults []error) {
	c.Wallet.Keystore.Dir = c.keystore
	if c.keystore == "" {
		c.Wallet.Keystore.Dir = c.inDataDir("keystore")
	}
	if len(c.Wallet.Unlock) == 0 {
		return nil
	}
	unlock := c.from(wallet.FlagUnlock)
	if c.Wallet.PasswordFile == "" {
		faults = append(faults, fmt.Errorf("%s: needs the file with the passwords, --%s", unlock, wallet.FlagPasswords))
	}
	if c.Wallet.Keystore.Dir == "" {
		faults = append(faults, fmt.Errorf("%s: there is no data directory, name the keystore with --%s", unlock, flagKeystore))
	}
	if c.RPC.HTTP && !loopback(c.RPC.Addr) {
		faults = append(faults, fmt.Errorf("%s: JSON-RPC is open to the network on %s (%s), and whoever reaches it could spend what the accounts have: bind it to 127.0.0.1 or switch it off (--http=false), and use IPC or --%s",
			unlock, c.RPC.Addr, c.from(noderpc.FlagHTTPAddr), noderpc.FlagAuth))
	}
	return faults
}

// loopback reports whether only this machine reaches an interface. A name but
// localhost may be anything.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
