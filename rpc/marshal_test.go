package rpc

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/fjl/jsonw"
)

func TestWriteBig(t *testing.T) {
	write := func(n *big.Int, how func(w *jsonw.Buffer, n *big.Int)) string {
		w := jsonw.NewBuffer(0)
		how(w, n)
		return string(w.Output())
	}
	for bits := range uint(260) {
		power := new(big.Int).Lsh(common.Big1, bits)
		for _, n := range []*big.Int{power, new(big.Int).Sub(power, common.Big1), new(big.Int).Neg(power)} {
			if got, want := write(n, writeBig), write(n, (*jsonw.Buffer).HexBigInt); got != want {
				t.Errorf("%v is written %s, want %s", n, got, want)
			}
		}
	}
}
