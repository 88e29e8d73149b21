// Package explorer is the page that a browser finds at the node's JSON-RPC port: the
// living chain, its blocks, transactions, addresses and contracts, and the node itself.
//
// # Server side
//
// [Handler] serves the files of the folder web, which are part of the binary, and the
// same index.html for every address of the page (/block/7, /tx/0x…): what to show is
// decided in the browser. It knows nothing of the chain; whatever the page shows it
// asks over JSON-RPC, of which the namespace monolith was made for it.
//
// # Page
//
// Plain modules that the browser loads as they are written, without a build step:
//
//	main.js    starts the page; routes.js knows its addresses
//	rpc.js     JSON-RPC over HTTP, calls of one moment in one batch
//	live.js    the chain's head as it moves, over WebSocket; whether the node answers
//	query.js   asks for what a part shows, again with each block
//	abi.js     what calls, logs and errors say, by the ABIs that readers gave and by standards
//	wallet.js  the wallets of the browser
//	parts/     what pages are made of: hashes, amounts, tables, charts, drawings
//	pages/     one module for each kind of address
//	address/   the parts of an account's page; contract/ those that read and write a contract
//	style/     tokens.css has every colour, size and space; light and dark
//	lib/       libraries in one file each, and fonts: see deps
//
// Libraries (Preact and htm to draw, viem's functions for ABIs) and fonts are bundled
// from npm packages by `make explorer-deps`, pinned in deps/package-lock.json; the
// results are kept in the tree, so that building the node needs no Node.js.
//
// Nothing is loaded from elsewhere, and the content security policy would not let it.
package explorer
