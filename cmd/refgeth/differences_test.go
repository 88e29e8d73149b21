package main

import "regexp"

// difference is one that is meant to be. All patterns are regular expressions for the
// whole text.
type difference struct {
	request string // the line in requests.txt
	path    string // the member that differs; "" = any
	ours    string // what we answer there; "" = anything
	why     string
}

// differences are all there are.
var differences = []difference{
	// Methods that one of them lacks.
	{"eth_(protocolVersion|coinbase|mining|hashrate)", "body.*", "", "geth removed them with its miner; we have one, and old tools ask"},
	{"eth_getTransactionBySenderAndNonce .*", "body.*", "", "specified, not in this geth"},
	{"eth_getBlockAccessList .*", "body.*", "", "specified, not in this geth"},
	{"eth_getAccountInfo .*", "body.*", "", "Foundry asks for it"},
	{"rpc_modules", `body\.result\.personal`, "", "signing with the node's accounts, which geth dropped"},
	{"rpc_modules", `body\.result\.monolith`, "", "what the explorer asks"},

	// What our chain is.
	{"eth_capabilities", `body\.result\..*\.deleteStrategy`, "nothing", "we keep all history by default"},
	{`eth_getBlockByNumber "pending", .*`, `body\.result\..*`, "", "the next block is mined by our rules: seal, randomness, reward"},
	{"eth_sendRawTransaction {raw.blob}", `body\.error\.message`, `"blob transactions are not supported.*`, "our chains have no blobs"},

	// Errors that say more.
	{"", `body\.error\.message`, `.* \(see --[a-z.-]+\).*`, "errors that a limit causes name the flag that moves it"},
	{"http .* Host:evil.example .*", "body", `"invalid host specified: .* --http\.vhosts\\n"`, "tells what to do"},
	{"http .* {long.body}", "body", `.*--rpc\.http-body-limit.*`, "names the flag"},

	// Errors that contain names of Go types.
	{"", `body\.error\.message`, `.*json: cannot unmarshal .* (field|type) .*(callArgs|accountOverride|blockOverrides).*`, "geth's are TransactionArgs, OverrideAccount and BlockOverrides"},

	// Where geth contradicts itself, or is stricter than it needs to be.
	{"eth_getRawTransactionBy.*", `body\.result`, "null", `null stands for what does not exist everywhere else; geth answers "0x"`},
	{`eth_feeHistory "0x5", "latest"(, null)?`, "body.*", "", "no percentiles are no percentiles"},
	{"debug_getRawHeader {unknown.hash}", "body.*", "", "an unknown number is nothing for both; geth makes an error of a hash"},
	{`debug_traceBlock "0x00"`, `body\.error\.code`, "-32602", "it is the parameter that is wrong"},

	// State of the past, and between the transactions of a block.
	{"debug_storageRangeAt {kinds.hash}.*", `body\.result\.storage`, "{}", "no slots are an empty object"},
	{"debug_storageRangeAt {big.hash}.*", "body.*", "", "geth cannot read storage that the block changed before"},
	{"debug_storageRangeAt {unknown.hash}.*", `body\.error\.message`, `"block 0x.* not found"`, "geth prints a Go structure"},
	{"debug_getAccessibleState .*", "body.*", "", "geth cannot tell for the path scheme"},
	{"debug_dbAncients", "body.*", "", "the database is for whoever runs the node: over IPC, or with a token"},

	// HTTP.
	{"http (GET|HEAD) /", "", "", "a page for browsers says what this is"},
	{"http OPTIONS / ?.*", "status|type", "", "a success without content"},
	{"http PATCH /", "", "", "methods are checked before types of content"},
	{"http POST /other .*", "body|type", "", "not found is said in words, too"},
}

// explain returns the known difference that an observed one is, or nil.
func explain(request string, o observed) *difference {
	for i, d := range differences {
		if matches(d.request, request) && matches(d.path, o.path) && matches(d.ours, o.ours) {
			return &differences[i]
		}
	}
	return nil
}

func matches(pattern, text string) bool {
	return pattern == "" || regexp.MustCompile("^(?:"+pattern+")$").MatchString(text)
}
