package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"

	p2pcrypto "github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	ma "github.com/multiformats/go-multiaddr"
	madns "github.com/multiformats/go-multiaddr-dns"
	mss "github.com/multiformats/go-multistream"
)

const (
	// learnTimeout is what one address has to connect and to say who it is.
	learnTimeout = 5 * time.Second
	// maxResolved bounds the addresses taken from DNS for one target.
	maxResolved = 16
	// maxDNSDepth bounds how often a /dnsaddr may lead to another.
	maxDNSDepth = 4
)

// Errors of Resolve, to be told apart by callers.
var (
	// ErrUnresolved says that DNS has no usable answer, maybe not yet.
	ErrUnresolved = errors.New("name not resolved")
	// ErrNoAnswer says that no libp2p node answered where the target leads.
	ErrNoAnswer = errors.New("no node answers")
	// ErrSelf says that the target is this node itself.
	ErrSelf = errors.New("target is this node itself")
)

// Resolver finds out who and where targets are. It remembers nothing: names are
// resolved again each time.
type Resolver struct {
	Key p2pcrypto.PrivKey   // this node's
	DNS madns.BasicResolver // nil = the system's
}

// Resolve returns the peers behind a target, at least one, with the addresses
// to dial. A DNS name can lead to several. For a bare name or IP it connects to
// learn the peer ids.
func (r *Resolver) Resolve(ctx context.Context, t Target) ([]peer.AddrInfo, error) {
	var (
		infos []peer.AddrInfo
		err   error
	)
	switch {
	case t.node != nil:
		infos = []peer.AddrInfo{t.info}
	case t.addr != nil:
		infos, err = r.resolveMultiaddr(ctx, t.addr)
	case t.host != "":
		infos, err = r.resolveHost(ctx, t.host, t.port)
	default:
		err = errors.New("empty target")
	}
	if err == nil {
		infos, err = r.withoutSelf(infos)
	}
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", t.text, err)
	}
	return infos, nil
}

func (r *Resolver) withoutSelf(infos []peer.AddrInfo) ([]peer.AddrInfo, error) {
	self, err := peer.IDFromPrivateKey(r.Key)
	if err != nil {
		return nil, err
	}
	var others []peer.AddrInfo
	for _, info := range infos {
		if info.ID != self {
			others = append(others, info)
		}
	}
	if len(others) == 0 {
		return nil, ErrSelf
	}
	return others, nil
}

func (r *Resolver) dns() madns.BasicResolver {
	if r.DNS == nil {
		return net.DefaultResolver
	}
	return r.DNS
}

// resolveMultiaddr replaces the names in an address.
func (r *Resolver) resolveMultiaddr(ctx context.Context, addr ma.Multiaddr) ([]peer.AddrInfo, error) {
	resolver, err := madns.NewResolver(madns.WithDefaultResolver(r.dns()))
	if err != nil {
		return nil, err
	}
	var (
		todo = []ma.Multiaddr{addr}
		done []ma.Multiaddr
		last error
	)
	for range maxDNSDepth {
		var next []ma.Multiaddr
		for _, addr := range todo {
			if !madns.Matches(addr) {
				done = append(done, addr)
				continue
			}
			found, err := resolver.Resolve(ctx, addr)
			if err != nil {
				last = err
			}
			next = append(next, found...)
		}
		todo = next[:min(len(next), maxResolved)]
	}
	var whole []ma.Multiaddr
	for _, addr := range done[:min(len(done), maxResolved)] {
		if transport, id := peer.SplitAddr(addr); id != "" && transport != nil && dialableTransport(transport) {
			whole = append(whole, addr)
		}
	}
	if len(whole) == 0 {
		return nil, unresolved(last)
	}
	return peer.AddrInfosFromP2pAddrs(whole...)
}

func unresolved(err error) error {
	if err == nil {
		return ErrUnresolved
	}
	return fmt.Errorf("%w: %w", ErrUnresolved, err)
}

// resolveHost asks every address of a host who is there.
func (r *Resolver) resolveHost(ctx context.Context, host string, port uint16) ([]peer.AddrInfo, error) {
	ips, err := r.lookupIP(ctx, host)
	if err != nil {
		return nil, err
	}
	var (
		asked sync.WaitGroup
		ids   = make([]peer.ID, len(ips))
		errs  = make([]error, len(ips))
	)
	for i, ip := range ips {
		asked.Go(func() { ids[i], errs[i] = r.learn(ctx, ip, port) })
	}
	asked.Wait()
	var infos []peer.AddrInfo
	for i, id := range ids {
		if errs[i] == nil {
			infos = addAddrs(infos, id, multiaddrs(ips[i], port, 0))
		}
	}
	if len(infos) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, errors.Join(errs...))
	}
	return infos, nil
}

// addAddrs adds a peer's addresses to those known of it.
func addAddrs(infos []peer.AddrInfo, id peer.ID, addrs []ma.Multiaddr) []peer.AddrInfo {
	for i := range infos {
		if infos[i].ID == id {
			infos[i].Addrs = append(infos[i].Addrs, addrs...)
			return infos
		}
	}
	return append(infos, peer.AddrInfo{ID: id, Addrs: addrs})
}

func (r *Resolver) lookupIP(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	found, err := r.dns().LookupIPAddr(ctx, host)
	var ips []netip.Addr
	for _, addr := range found {
		if ip, ok := netip.AddrFromSlice(addr.IP); ok && dialable(ip) {
			ips = append(ips, ip.Unmap())
		}
	}
	if len(ips) == 0 {
		return nil, unresolved(err)
	}
	return ips[:min(len(ips), maxResolved)], nil
}

// learn connects to an address and returns the peer id that the other side
// proves to have. Whose it is, it cannot know.
func (r *Resolver) learn(ctx context.Context, ip netip.Addr, port uint16) (peer.ID, error) {
	ctx, cancel := context.WithTimeout(ctx, learnTimeout)
	defer cancel()
	addr := net.JoinHostPort(ip.String(), strconv.Itoa(int(port)))
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	// The negotiation knows no context.
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	if err := mss.SelectProtoOrFail(noise.ID, conn); err != nil {
		return "", fmt.Errorf("%s does not answer like a libp2p node: %w", addr, contextual(ctx, err))
	}
	transport, err := noise.New(noise.ID, r.Key, nil)
	if err != nil {
		return "", err
	}
	session, err := transport.WithSessionOptions(noise.DisablePeerIDCheck())
	if err != nil {
		return "", err
	}
	secured, err := session.SecureOutbound(ctx, conn, "")
	if err != nil {
		return "", fmt.Errorf("handshake with %s: %w", addr, contextual(ctx, err))
	}
	return secured.RemotePeer(), nil
}

// contextual prefers the reason why a context ended to what that led to. The
// deadline of a connection can be a moment earlier than that of its context.
func contextual(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}
