package discovery

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// maxTarget is longer than any record (300 bytes in base64) or multiaddr in use.
const maxTarget = 1024

// ErrDevp2p is the error of targets that begin with enode://.
var ErrDevp2p = errors.New("enode:// URLs name nodes of Ethereum's devp2p network, which this node does not speak")

// Target is a node as a user names it. Exactly one of node, addr and host is
// set.
type Target struct {
	text string
	node *enode.Node   // a record
	info peer.AddrInfo // what the record says
	addr ma.Multiaddr  // with a peer id, or /dnsaddr
	host string        // a DNS name or an IP
	port uint16        // of host
}

// ParseTarget reads a target. It asks nobody. A target is one of
//
//   - a node record, "enr:...";
//   - a multiaddr with a peer id, "/ip4/10.0.0.5/tcp/30303/p2p/16Uiu2...", also
//     with /dns4, /dns6 or /dns in the place of the IP, or "/dnsaddr/<name>" with
//     or without a peer id;
//   - a DNS name or an IP, with or without a port: "boot", "boot:30303",
//     "10.0.0.5", "[::1]:30303". Whoever answers there is taken for the node that
//     is meant, so the way there must be trusted.
func ParseTarget(text string) (Target, error) {
	t := Target{text: text}
	var err error
	switch {
	case len(text) > maxTarget:
		return Target{}, fmt.Errorf("target of %d characters", len(text))
	case strings.HasPrefix(text, "enode://"):
		err = devp2pError(text)
	case strings.Contains(text, "://"):
		err = errors.New("a URL does not name a node")
	case strings.HasPrefix(text, "enr:"):
		if t.node, err = ParseENR(text); err == nil {
			t.info, err = NodeToAddrInfo(t.node)
		}
	case strings.HasPrefix(text, "/"):
		t.addr, err = parseMultiaddr(text)
	default:
		t.host, t.port, err = parseHostPort(text)
	}
	if err != nil {
		return Target{}, fmt.Errorf("target %q: %w", text, err)
	}
	return t, nil
}

// devp2pError names what to use instead of an enode:// URL. The key in one
// makes a peer id too, so that of a node of ours can be translated.
func devp2pError(text string) error {
	const use = "use the node's enr:... or /ip4/<address>/tcp/<port>/p2p/<peer id>"
	node, err := enode.ParseV4(text)
	if err != nil || node.Pubkey() == nil {
		return fmt.Errorf("%w; %s", ErrDevp2p, use)
	}
	id, err := PeerID(node.Pubkey())
	addrs := multiaddrs(node.IPAddr(), uint16(node.TCP()), 0)
	if err != nil || len(addrs) == 0 {
		return fmt.Errorf("%w; %s", ErrDevp2p, use)
	}
	return fmt.Errorf("%w; if it is a node of this network, use %s/p2p/%s", ErrDevp2p, addrs[0], id)
}

// parseMultiaddr checks that a multiaddr says where and who.
func parseMultiaddr(text string) (ma.Multiaddr, error) {
	addr, err := ma.NewMultiaddr(text)
	if err != nil {
		return nil, fmt.Errorf("invalid multiaddr: %w", err)
	}
	transport, id := peer.SplitAddr(addr)
	if transport == nil {
		return nil, errors.New("multiaddr without an address to dial")
	}
	switch first := transport[0]; first.Protocol().Code {
	case ma.P_DNSADDR:
		return addr, nil // its TXT records say the rest
	case ma.P_IP4, ma.P_IP6, ma.P_IP6ZONE, ma.P_DNS, ma.P_DNS4, ma.P_DNS6:
	default:
		return nil, fmt.Errorf("multiaddr begins with /%s, not with an address", first.Protocol().Name)
	}
	if id == "" {
		return nil, errors.New("multiaddr without /p2p/<peer id> at its end")
	}
	if !dialableTransport(transport) {
		return nil, errors.New("multiaddr with neither /tcp/<port> nor /udp/<port>/quic-v1")
	}
	return addr, nil
}

// dialableTransport reports whether an address uses a transport of ours.
func dialableTransport(addr ma.Multiaddr) bool {
	for _, c := range addr {
		if code := c.Protocol().Code; code == ma.P_TCP || code == ma.P_QUIC_V1 {
			return true
		}
	}
	return false
}

// parseHostPort reads "host", "host:port", and the same with IPs.
func parseHostPort(text string) (string, uint16, error) {
	if _, err := peer.Decode(text); err == nil {
		return "", 0, errors.New("a peer id alone does not say where the peer is: use /ip4/<address>/tcp/<port>/p2p/<peer id>")
	}
	host, portText := text, ""
	// More than one colon without brackets is an IPv6 address.
	if strings.HasPrefix(text, "[") || strings.Count(text, ":") == 1 {
		var err error
		if host, portText, err = net.SplitHostPort(text); err != nil {
			if host, portText = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"), ""; !strings.Contains(host, ":") {
				return "", 0, err
			}
		} else if portText == "" {
			return "", 0, errors.New("no port after the colon")
		}
	}
	port := uint64(DefaultPort)
	if portText != "" {
		var err error
		if port, err = strconv.ParseUint(portText, 10, 16); err != nil || port == 0 {
			return "", 0, fmt.Errorf("port %q is not a number from 1 to 65535", portText)
		}
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if !dialable(ip) || ip.Zone() != "" {
			return "", 0, fmt.Errorf("%s is not the address of a node", ip)
		}
		return ip.String(), uint16(port), nil
	}
	if err := checkName(host); err != nil {
		return "", 0, err
	}
	return host, uint16(port), nil
}

// checkName says why a string cannot be a DNS name.
func checkName(name string) error {
	if name == "" {
		return errors.New("empty")
	}
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return errors.New("neither enr:, nor a multiaddr, nor an IP address, nor a DNS name")
		}
		for _, c := range []byte(label) {
			letter := 'a' <= c|0x20 && c|0x20 <= 'z'
			if !letter && (c < '0' || c > '9') && c != '-' && c != '_' {
				return fmt.Errorf("neither enr:, nor a multiaddr, nor an IP address, nor a DNS name: %q in it", c)
			}
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return errors.New("invalid IP address")
	}
	if len(name) > 254 {
		return errors.New("DNS name of more than 253 characters")
	}
	return nil
}

// String returns the target as it was written.
func (t Target) String() string { return t.text }

// ID returns the peer id that the target itself says, if any.
func (t Target) ID() (peer.ID, bool) {
	id := t.info.ID
	if t.addr != nil {
		_, id = peer.SplitAddr(t.addr)
	}
	return id, id != ""
}

// Node returns the record that the target is, or nil.
func (t Target) Node() *enode.Node { return t.node }
