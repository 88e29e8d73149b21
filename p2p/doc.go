// Package p2p is the node's network: bytes and peers, not blocks.
package p2p
