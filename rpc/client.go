package rpc

import "net/netip"

// ipc is the client behind all connections to the socket: the node's owner.
const ipc = "ipc"

// clientOf names the client behind a connection: its IP address, and of an IPv6 one
// the network of 64 bits, in which a single machine may have any number.
func clientOf(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := at.Addr().Unmap()
	if address.Is6() {
		return netip.PrefixFrom(address.WithZone(""), 64).Masked().String()
	}
	return address.String()
}
