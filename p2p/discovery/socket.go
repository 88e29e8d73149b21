package discovery

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"github.com/ethereum/go-ethereum/p2p/discover"
)

const (
	// maxPacket is the longest packet that discv5 allows.
	maxPacket = 1280
	// packetQueue is one packet for each reader to hand over without waiting;
	// more wait in the kernel, which drops what does not fit.
	packetQueue = 4
	// bindAttempts is how often all sockets try to get the same free port.
	bindAttempts = 10
)

var _ discover.UDPConn = (*socket)(nil)

// socket is one UDP port on several interfaces, as a single connection.
//
// It also keeps temporary errors to itself: discv5 stops reading at the first.
type socket struct {
	conns   []*net.UDPConn // at least one, all on the same port
	packets chan discover.ReadPacket
	closed  chan struct{}
	close   sync.Once
	readers sync.WaitGroup
}

// listen opens the port on every address; 0 is any that is free on all of them.
// "::" is left out on a machine without IPv6.
func listen(addrs []netip.Addr, port int) (*socket, error) {
	var last error
	for range bindAttempts {
		conns, err := bind(addrs, port)
		if err == nil {
			s := &socket{
				conns:   conns,
				packets: make(chan discover.ReadPacket, packetQueue),
				closed:  make(chan struct{}),
			}
			for _, conn := range conns {
				s.readers.Go(func() { s.read(conn) })
			}
			return s, nil
		}
		last = err
		if port != 0 {
			break
		}
	}
	return nil, last
}

func bind(addrs []netip.Addr, port int) (conns []*net.UDPConn, err error) {
	for _, ip := range addrs {
		// Explicitly one family: "::" shall not take the port of "0.0.0.0".
		network := "udp6"
		if ip = ip.Unmap(); ip.Is4() {
			network = "udp4"
		}
		addr := netip.AddrPortFrom(ip, uint16(port))
		conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
		if noFamily(ip, err) && len(addrs) > 1 {
			continue
		}
		if err != nil {
			for _, open := range conns {
				err = errors.Join(err, open.Close())
			}
			return nil, fmt.Errorf("listen for discovery on %s: %w", addr, err)
		}
		port = int(localAddr(conn).Port())
		conns = append(conns, conn)
	}
	if len(conns) == 0 {
		return nil, errors.New("listen for discovery: this machine has no IPv6")
	}
	return conns, nil
}

// noFamily reports whether a socket on all interfaces failed because the machine
// has no IPv6: to listen on both families is the default, and means those there
// are.
func noFamily(ip netip.Addr, err error) bool {
	return ip == netip.IPv6Unspecified() && (errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL))
}

func localAddr(conn *net.UDPConn) netip.AddrPort {
	addr, _ := conn.LocalAddr().(*net.UDPAddr) // it always is one
	return addr.AddrPort()
}

// read passes the packets of one connection on until that is closed.
func (s *socket) read(conn *net.UDPConn) {
	buf := make([]byte, maxPacket)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // about one packet; Linux reports none on unconnected sockets
		}
		packet := discover.ReadPacket{Data: append([]byte(nil), buf[:n]...), Addr: from}
		select {
		case s.packets <- packet:
		case <-s.closed:
			return
		}
	}
}

// ReadFromUDPAddrPort implements discover.UDPConn.
func (s *socket) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	select {
	case packet := <-s.packets:
		return copy(b, packet.Data), packet.Addr, nil
	case <-s.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

// WriteToUDPAddrPort implements discover.UDPConn. The first interface of the
// family that can reach addr is taken.
func (s *socket) WriteToUDPAddrPort(b []byte, addr netip.AddrPort) (n int, err error) {
	err = fmt.Errorf("no socket for the address %s: %w", addr, net.ErrClosed)
	for _, conn := range s.conns {
		if localAddr(conn).Addr().Unmap().Is4() != addr.Addr().Unmap().Is4() {
			continue
		}
		if n, err = conn.WriteToUDPAddrPort(b, addr); err == nil {
			return n, nil
		}
	}
	return n, err
}

// LocalAddr implements discover.UDPConn.
func (s *socket) LocalAddr() net.Addr { return s.conns[0].LocalAddr() }

// Port returns the port of all connections.
func (s *socket) Port() int { return int(localAddr(s.conns[0]).Port()) }

// Close implements discover.UDPConn. It waits for the readers.
func (s *socket) Close() error {
	var err error
	s.close.Do(func() {
		close(s.closed)
		for _, conn := range s.conns {
			err = errors.Join(err, conn.Close())
		}
		s.readers.Wait()
	})
	return err
}
