// The instructions of the Ethereum virtual machine.

const ROWS = [
  [0x00, 'STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND'],
  [0x10, 'LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR CLZ'],
  [0x20, 'KECCAK256'],
  [0x30, 'ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY GASPRICE EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH'],
  [0x40, 'BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBHASH BLOBBASEFEE'],
  [0x50, 'POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY PUSH0'],
  [0xa0, 'LOG0 LOG1 LOG2 LOG3 LOG4'],
  [0xf0, 'CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2'],
  [0xfa, 'STATICCALL'],
  [0xfd, 'REVERT INVALID SELFDESTRUCT'],
]
const PUSH1 = 0x60
const PUSH4 = 0x63
const PUSH32 = 0x7f
const DUP1 = 0x80
const SWAP1 = 0x90
const LOG0 = 0xa0

const names = new Map(ROWS.flatMap(([first, row]) => row.split(' ').map((name, i) => [first + i, name])))

function nameOf(op) {
  if (op >= PUSH1 && op <= PUSH32) return `PUSH${op - PUSH1 + 1}`
  if (op >= DUP1 && op < SWAP1) return `DUP${op - DUP1 + 1}`
  if (op >= SWAP1 && op < LOG0) return `SWAP${op - SWAP1 + 1}`
  return names.get(op) ?? null
}

/** Instructions of a code: [{at, name, data, known}]. What are data and no code looks odd. */
export function disassemble(code) {
  const steps = []
  for (let at = 0; 2 + 2 * at < code.length; at++) {
    const op = parseInt(code.slice(2 + 2 * at, 4 + 2 * at), 16)
    const name = nameOf(op)
    const length = op >= PUSH1 && op <= PUSH32 ? op - PUSH1 + 1 : 0
    steps.push({ at, name: name ?? `0x${op.toString(16).padStart(2, '0')}`, known: name !== null, data: length ? `0x${code.slice(4 + 2 * at, 4 + 2 * (at + length))}` : null })
    at += length
  }
  return steps
}

/** The four-byte values in a code: among them are the selectors of its functions. */
export function selectorsIn(code) {
  const found = new Set()
  for (let at = 2; at < code.length; at += 2) {
    const op = parseInt(code.slice(at, at + 2), 16)
    if (op === PUSH4) found.add(`0x${code.slice(at + 2, at + 10).toLowerCase()}`)
    if (op >= PUSH1 && op <= PUSH32) at += 2 * (op - PUSH1 + 1)
  }
  return found
}
