// Package download brings this node's chain up to a heavier one that a peer has.
// It goes header-first: what a peer says of its chain is believed only as far as
// its headers, each with its proof of work, bear it out.
//
// A Downloader runs one Sync at a time, in rounds of up to Limits.Round headers:
//
//  1. The target's source is sent a locator, hashes of this node's chain that get
//     sparser towards genesis, and answers with the headers that follow the first
//     of them it shares. Each header is verified against its parent and the clock,
//     and its work is added up. Of the headers only the hashes are kept.
//  2. Until the headers show more work than the head has, they are an unproven
//     claim: they may be twice as many as this node's own blocks above the fork
//     plus Limits.Unproven, and no block is asked for. A chain that ends below the
//     work it was said to have was a lie.
//  3. The blocks are asked for by hash from all sources at once, each with batches
//     of a size that it delivers in about a second. They are checked against their
//     hashes and roots where they arrive, wait in a window bounded in number and
//     memory, and are imported in order while further ones come in. What a source
//     does not deliver goes to another; a source that holds up the import is
//     overtaken by one that has time.
//
// Nothing needs to be remembered between two runs: imported blocks are stored, and
// the locator finds them.
//
// # Who is blamed
//
// The target's source answers for the headers and, since a block with a proof was
// called a part of a chain that was executed, for blocks that turn out invalid in
// execution. A source that delivers a block which does not match the hash answers
// for that block alone. Being slow is reported as Timeout, having nothing as Empty;
// both are for the caller to shrug at. Timestamps ahead of the clock may be the
// fault of the clock.
//
// # Goroutines
//
// Sync runs in its caller's goroutine, which owns all state. It starts one goroutine
// for each request and one for each import, one of each at a time and source, and
// returns when all have ended. Sources are the neighbours above: this package knows
// neither peers nor messages. Below is shared/chain.
package download
