// Package testnet runs networks of whole nodes in one process, for tests.
//
// Every node has the services that the real one has, put together in the same
// order, with real connections between them over loopback, a database of its own
// (in memory, or in a directory if it is to be restarted), and no discovery: the
// test says who knows whom. A test reads
//
//	net := testnet.New(t, testnet.Config{Nodes: 4, Mining: testnet.First(2)})
//	net.ConnectRing()
//	net.Partition(net.Nodes[:2], net.Nodes[2:])
//	net.AwaitHeight(20, net.Nodes[0])
//	net.Heal()
//	net.AwaitSameHead()
//
// Time is deterministic where that is possible: miners work by the development
// rules (any nonce is a proof, timestamps may run ahead of the clock), at the pace
// that the test sets, and every waiting has a condition instead of a duration.
// Blocks with real proofs of any age come from chaintest.
//
// Nodes stop when the test ends; a service that does not end in order fails it.
// MONOLITH_TESTLOG=debug (or any other level) prints their logs.
package testnet
