package pow

import "errors"

// The rules that this package adds to go-ethereum's: each has its own error,
// and what the engine returns wraps it with the values that disagree.
var (
	// ErrDifficulty is returned for a header whose difficulty is not zero.
	ErrDifficulty = errors.New("difficulty is not zero")

	// ErrExtra is returned for extra data that is not a vanity of up to
	// MaxVanity bytes, a target and a nonce.
	ErrExtra = errors.New("extra data is not a seal")

	// ErrTarget is returned for a target that is not the one which the
	// difficulty rule gives, or that is not in canonical compact form.
	ErrTarget = errors.New("wrong target")

	// ErrProof is returned for a block hash above the target.
	ErrProof = errors.New("block hash does not meet the target")

	// ErrMixHash is returned if mixHash is not keccak256 of the parent's hash.
	ErrMixHash = errors.New("wrong mixHash")

	// ErrBeaconRoot is returned if parentBeaconBlockRoot is not zero.
	ErrBeaconRoot = errors.New("parentBeaconBlockRoot is not zero")

	// ErrSlotNumber is returned if slotNumber is not the block's number.
	ErrSlotNumber = errors.New("slotNumber is not the block number")

	// ErrBlobTx is returned for a header with blob gas and for a block with a
	// blob transaction.
	ErrBlobTx = errors.New("blob transactions are not supported")

	// ErrWithdrawals is returned for a block whose withdrawals are not
	// exactly the miner's reward.
	ErrWithdrawals = errors.New("withdrawals are not the block reward")

	// ErrGenesis is returned for a genesis block whose extra data does not
	// commit to the network's parameters.
	ErrGenesis = errors.New("genesis block does not match the proof-of-work parameters")

	// ErrSeal is returned by Engine.Seal.
	ErrSeal = errors.New("the engine does not seal: use a Hasher")
)
