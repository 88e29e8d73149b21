// Interfaces that everybody uses, known without asking: by their signatures calls, logs
// and errors of strangers' contracts are read, and contracts are recognised.

import { parseAbi } from './lib/eth.js'

// Events come with their functions. The same signature in two of them is of the first.
const SIGNATURES = {
  'ERC-20': `
    function name() view returns (string)
    function symbol() view returns (string)
    function decimals() view returns (uint8)
    function totalSupply() view returns (uint256)
    function balanceOf(address owner) view returns (uint256)
    function allowance(address owner, address spender) view returns (uint256)
    function transfer(address to, uint256 value) returns (bool)
    function approve(address spender, uint256 value) returns (bool)
    function transferFrom(address from, address to, uint256 value) returns (bool)
    event Transfer(address indexed from, address indexed to, uint256 value)
    event Approval(address indexed owner, address indexed spender, uint256 value)
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
    error ERC20InvalidSender(address sender)
    error ERC20InvalidReceiver(address receiver)
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
    error ERC20InvalidApprover(address approver)
    error ERC20InvalidSpender(address spender)`,
  'ERC-20 Permit': `
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
    function nonces(address owner) view returns (uint256)
    function DOMAIN_SEPARATOR() view returns (bytes32)
    error ERC2612ExpiredSignature(uint256 deadline)
    error ERC2612InvalidSigner(address signer, address owner)`,
  'ERC-721': `
    function name() view returns (string)
    function symbol() view returns (string)
    function tokenURI(uint256 tokenId) view returns (string)
    function balanceOf(address owner) view returns (uint256)
    function ownerOf(uint256 tokenId) view returns (address)
    function getApproved(uint256 tokenId) view returns (address)
    function isApprovedForAll(address owner, address operator) view returns (bool)
    function supportsInterface(bytes4 interfaceId) view returns (bool)
    function approve(address to, uint256 tokenId)
    function setApprovalForAll(address operator, bool approved)
    function transferFrom(address from, address to, uint256 tokenId)
    function safeTransferFrom(address from, address to, uint256 tokenId)
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes data)
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId)
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved)
    error ERC721InvalidOwner(address owner)
    error ERC721NonexistentToken(uint256 tokenId)
    error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner)
    error ERC721InvalidSender(address sender)
    error ERC721InvalidReceiver(address receiver)
    error ERC721InsufficientApproval(address operator, uint256 tokenId)
    error ERC721InvalidApprover(address approver)
    error ERC721InvalidOperator(address operator)`,
  'ERC-1155': `
    function uri(uint256 id) view returns (string)
    function balanceOf(address account, uint256 id) view returns (uint256)
    function balanceOfBatch(address[] accounts, uint256[] ids) view returns (uint256[])
    function isApprovedForAll(address account, address operator) view returns (bool)
    function supportsInterface(bytes4 interfaceId) view returns (bool)
    function setApprovalForAll(address operator, bool approved)
    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes data)
    function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] values, bytes data)
    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)
    event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values)
    event ApprovalForAll(address indexed account, address indexed operator, bool approved)
    event URI(string value, uint256 indexed id)
    error ERC1155InsufficientBalance(address sender, uint256 balance, uint256 needed, uint256 tokenId)
    error ERC1155InvalidSender(address sender)
    error ERC1155InvalidReceiver(address receiver)
    error ERC1155MissingApprovalForAll(address operator, address owner)
    error ERC1155InvalidArrayLength(uint256 idsLength, uint256 valuesLength)`,
  'Wrapped currency': `
    function deposit() payable
    function withdraw(uint256 value)
    event Deposit(address indexed to, uint256 value)
    event Withdrawal(address indexed from, uint256 value)`,
  Vault: `
    function asset() view returns (address)
    function totalAssets() view returns (uint256)
    function deposit(uint256 assets, address receiver) returns (uint256 shares)
    function mint(uint256 shares, address receiver) returns (uint256 assets)
    function withdraw(uint256 assets, address receiver, address owner) returns (uint256 shares)
    function redeem(uint256 shares, address receiver, address owner) returns (uint256 assets)
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)
    event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares)`,
  Ownable: `
    function owner() view returns (address)
    function transferOwnership(address newOwner)
    function renounceOwnership()
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)
    error OwnableUnauthorizedAccount(address account)
    error OwnableInvalidOwner(address owner)`,
  AccessControl: `
    function hasRole(bytes32 role, address account) view returns (bool)
    function getRoleAdmin(bytes32 role) view returns (bytes32)
    function grantRole(bytes32 role, address account)
    function revokeRole(bytes32 role, address account)
    function renounceRole(bytes32 role, address callerConfirmation)
    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)
    event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender)
    event RoleAdminChanged(bytes32 indexed role, bytes32 indexed previousAdminRole, bytes32 indexed newAdminRole)
    error AccessControlUnauthorizedAccount(address account, bytes32 neededRole)
    error AccessControlBadConfirmation()`,
  Pausable: `
    function paused() view returns (bool)
    function pause()
    function unpause()
    event Paused(address account)
    event Unpaused(address account)
    error EnforcedPause()
    error ExpectedPause()`,
  'Uniswap V2 pair': `
    function token0() view returns (address)
    function token1() view returns (address)
    function getReserves() view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast)
    function mint(address to) returns (uint256 liquidity)
    function burn(address to) returns (uint256 amount0, uint256 amount1)
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data)
    function skim(address to)
    function sync()
    event Mint(address indexed sender, uint256 amount0, uint256 amount1)
    event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to)
    event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)
    event Sync(uint112 reserve0, uint112 reserve1)
    event PairCreated(address indexed token0, address indexed token1, address pair, uint256 index)`,
  'Uniswap V2 router': `
    function factory() view returns (address)
    function WETH() view returns (address)
    function addLiquidity(address tokenA, address tokenB, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) returns (uint256 amountA, uint256 amountB, uint256 liquidity)
    function addLiquidityETH(address token, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) payable returns (uint256 amountToken, uint256 amountETH, uint256 liquidity)
    function removeLiquidity(address tokenA, address tokenB, uint256 liquidity, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) returns (uint256 amountA, uint256 amountB)
    function removeLiquidityETH(address token, uint256 liquidity, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) returns (uint256 amountToken, uint256 amountETH)
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) returns (uint256[] amounts)
    function swapTokensForExactTokens(uint256 amountOut, uint256 amountInMax, address[] path, address to, uint256 deadline) returns (uint256[] amounts)
    function swapExactETHForTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline) payable returns (uint256[] amounts)
    function swapTokensForExactETH(uint256 amountOut, uint256 amountInMax, address[] path, address to, uint256 deadline) returns (uint256[] amounts)
    function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) returns (uint256[] amounts)
    function swapETHForExactTokens(uint256 amountOut, address[] path, address to, uint256 deadline) payable returns (uint256[] amounts)`,
  Multicall: `
    struct Call { address target; bytes callData; }
    struct Call3 { address target; bool allowFailure; bytes callData; }
    struct Result { bool success; bytes returnData; }
    function multicall(bytes[] data) returns (bytes[] results)
    function aggregate(Call[] calls) payable returns (uint256 blockNumber, bytes[] returnData)
    function tryAggregate(bool requireSuccess, Call[] calls) payable returns (Result[] returnData)
    function aggregate3(Call3[] calls) payable returns (Result[] returnData)`,
  Proxy: `
    function implementation() view returns (address)
    function admin() view returns (address)
    function proxiableUUID() view returns (bytes32)
    function upgradeTo(address newImplementation)
    function upgradeToAndCall(address newImplementation, bytes data) payable
    function initialize()
    event Upgraded(address indexed implementation)
    event AdminChanged(address previousAdmin, address newAdmin)
    event BeaconUpgraded(address indexed beacon)
    event Initialized(uint64 version)
    error InvalidInitialization()
    error NotInitializing()
    error AddressEmptyCode(address target)
    error FailedCall()
    error SafeERC20FailedOperation(address token)
    error ReentrancyGuardReentrantCall()`,
}

/** The ABI of each standard by its name. */
export const standards = new Map(Object.entries(SIGNATURES).map(([name, lines]) => [name, parseAbi(lines.trim().split(/\n\s*/))]))

/** What Solidity's Panic(uint256) means, by its code. */
export const PANICS = new Map([
  [0x00n, 'generic panic of the compiler'],
  [0x01n, 'an assertion failed'],
  [0x11n, 'arithmetic overflow or underflow'],
  [0x12n, 'division by zero'],
  [0x21n, 'no such value in the enum'],
  [0x22n, 'a byte array in storage is badly encoded'],
  [0x31n, 'pop() of an empty array'],
  [0x32n, 'index outside of the array'],
  [0x41n, 'too much memory was asked for'],
  [0x51n, 'call of an internal function that was never set'],
])
