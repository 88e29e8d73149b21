// Package pow is the proof of work of the chain: a consensus engine that adds
// a few rules to those of go-ethereum for blocks after the merge, which it
// embeds, and the pure functions that the rules are made of. Every block that
// it takes is one that a stock Ethereum client takes too.
//
// It owns no goroutine that outlives a batch of headers, no storage and no
// clock. shared/chain asks the Engine about headers and bodies, the miner asks
// it to Prepare a header and searches the nonce with a Hasher for each thread,
// and config reads Params from the genesis file. Job is what miners outside of the
// node get and what they give back.
//
// # Rules
//
// A block is invalid for good if it breaks one of these. What is not listed is
// Ethereum's: execution, gas limit, base fee, the formats of the forks.
//
//	field                  rule                                            from
//	---------------------  ----------------------------------------------  ----------------
//	difficulty             0 (ErrDifficulty)                               EIP-3675
//	nonce, uncles          0, none                                         EIP-3675, inner engine
//	timestamp              later than the parent's                         inner engine
//	extraData              vanity (0 to 20 bytes), target (4 bytes),       ours: Seal
//	                       nonce (8 bytes), big-endian (ErrExtra)
//	block hash             as a number at most the target (ErrProof)       Bitcoin
//	target                 canonical nBits form, and exactly what          Bitcoin's nBits,
//	                       NextTarget gives (ErrTarget)                    BCH's aserti3-2d
//	mixHash                keccak256 of the parent's hash (ErrMixHash)     ours: PREVRANDAO of EIP-4399
//	withdrawals            the reward: index = number, validator 0, the    ours, in the form
//	                       coinbase, gwei; none if it is 0                 of EIP-4895
//	                       (ErrWithdrawals)
//	parentBeaconBlockRoot  zero (ErrBeaconRoot)                            ours: no beacon chain, EIP-4788
//	blob transactions      none, no blob gas (ErrBlobTx)                   ours: no data layer, EIP-4844
//	slotNumber             the block number (ErrSlotNumber)                ours, when EIP-7843 is active
//
// The rules on bodies (withdrawals, blob transactions, uncles) are checked by
// VerifyUncles, which is where go-ethereum lets an engine look at a body.
//
// The genesis block has no proof. Its extraData has the form of a seal: a
// commitment to the Params instead of the vanity, the initial target, a nonce
// of zero. So block 1 is like any other, and networks with different rules
// have different genesis hashes. See Params.Commitment for its encoding.
//
// # Target
//
// With T the target interval, τ the half-life and dt the seconds since the
// parent:
//
//	target = parent's target × 2^((min(dt, T + 3τ) − T) / τ), from 1 to the limit
//
// The block's own time counts, so a chain that lost its miners gets easier
// while it waits. Since the logarithm of the target moves by (dt − T)/τ, the
// mean interval settles at T whatever the hash rate. The arithmetic is exact,
// in integers, the same everywhere; the steps are those of aserti3-2d, applied
// to the parent instead of a distant anchor block.
//
// Applied to the parent, the roundings of each block add up instead of
// cancelling; they do not make a steady chain drift, since the time between
// blocks makes up for them, but they move its mean interval. The cubic in
// place of 2^x shortens it by up to 0.3 % of T. Rounding down to compact form,
// at most 1/32768 of the target, lengthens it by up to 0.0022 % of τ. Together
// they come to −0.15 % of T at the default τ = 30 T and stay within 0.4 % for
// all that Validate allows (TestNextTargetBias).
//
// The easiest target there is, 2^256 − 1 in development mode, is 0x2100ffff
// in compact form: one hash in 65536 is above it, and the sealer takes the
// next nonce.
//
// # Recovery
//
// TestSimulate… play the rule with one source of blocks, stamps in whole
// seconds and the sealer's policy: stamp and target are renewed every second,
// a stamp is never more than a second ahead of the clock. Medians of 40 runs
// with τ = 30 T; "settled" is when the expected interval is first within a
// tenth of T again, and "design" what this rule was designed to at T = 4:
//
//	                                          T = 2    T = 4    design   T = 15
//	steady: mean interval                     2.00 s   3.99 s   4.00 s   14.98 s
//	chain time against real time              ± 1 s    ± 1 s    < 3 s    ± 1 s
//	hash rate / 100: first 20 blocks take     6 min    12 min   12 min   44 min
//	                 next 30 come every       3.9 s    7.4 s    7.5 s    28 s
//	                 50 after that every      2.6 s    4.9 s    4.9 s    19 s
//	hash rate × 100: first 20 blocks every    0.9 s    0.9 s    1 s      0.9 s
//	                 settled by               10 min   9 min    9 min    25 min
//	pause of 8 h:    first block comes within 0.2 s    0.5 s             1.0 s
//	                 next 50 come every       1.0 s    1.1 s             3.2 s
//	                 settled by               5 min    7 min             22 min
//
// T = 1 does not work: stamps are whole seconds and must grow, so the chain
// could not slow down what it made too fast, and its time would run away from
// real time. Params.Validate keeps it to development mode, whose target never
// changes.
package pow
