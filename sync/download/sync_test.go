package download

import (
	"testing"
)

func TestSyncFromNothing(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 300, every(4, 1))
	s := n.newChain(t, nil)
	u := newSetup(t, s, nil)
	p := newPeer("a", blocks)
	u.sync(t, p.target(t))
	wantHead(t, s, last(blocks))
	if asked, served := p.delivered(); asked != 300 || served != 300 {
		t.Errorf("%d blocks were asked for and %d served, want 300", asked, served)
	}
	if u.Progress() != nil {
		t.Error("there is progress after the sync")
	}
}
