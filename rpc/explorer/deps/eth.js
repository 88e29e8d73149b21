// What the page needs of Ethereum's encodings.
export {
  decodeAbiParameters, encodeAbiParameters, formatUnits, getAddress, hexToString, isAddress, keccak256, parseAbi, parseUnits,
} from 'viem/utils'
