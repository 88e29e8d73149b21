// What the page needs of Ethereum's encodings.
export {
  decodeAbiParameters, decodeErrorResult, decodeEventLog, decodeFunctionData, decodeFunctionResult,
  encodeAbiParameters, encodeDeployData, encodeFunctionData, formatUnits, getAddress, hexToString,
  isAddress, keccak256, parseAbi, parseUnits, toEventSelector, toFunctionSelector, toFunctionSignature,
} from 'viem/utils'
