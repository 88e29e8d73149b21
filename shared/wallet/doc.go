// Package wallet holds the keys that a node signs with, and the key files they come
// from.
//
// # Keys
//
// [Service] has two kinds: those everybody knows, of the built-in networks' funded
// accounts, and those of the keystore that were unlocked by name, with a file of
// passwords, when the node started. It signs hashes and gives no key away; Stop
// overwrites them. There is no way to unlock one later: whoever can call a node over
// the network must not be able to guess passwords there.
//
// # Key files
//
// [Keystore] is a directory of key files in go-ethereum's format (Web3 Secret
// Storage): geth reads what is written here, and the other way round. It uses the
// functions of go-ethereum's accounts/keystore that encrypt and decrypt, not its
// KeyStore, which watches the directory in a goroutine that only the garbage
// collector ends. A directory is read when somebody asks.
//
// The package has no goroutines. cmd/node makes the service and runs the account
// commands on a keystore; rpc signs.
package wallet
