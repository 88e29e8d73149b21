package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"

	"github.com/monolith-chain/monolith/shared/registry"
)

const (
	labelWidth  = 10 // of the page's left column
	peersShown  = 10
	clientWidth = 28 // of what a peer says it runs
	tellEvery   = 16 // blocks that may come before a peer tells its head again
)

// mood is how good or bad a row is.
type mood int

const (
	neutral mood = iota
	good
	waiting
	bad
)

// row is one entry of the page: a line, or several if it is long.
type row struct {
	label, text string
	mood        mood
}

// page is the overview for people.
func (o *overview) page() []row {
	s := &o.status
	rows := []row{
		{"network", fmt.Sprintf("%s, chain %s, %s, genesis %s", s.Name, s.ChainID.ToInt(), s.Engine, shortHash(s.Genesis)), neutral},
		{"node", fmt.Sprintf("%s, up %s", s.ClientVersion, age(uint64(s.Started), uint64(s.Time))), neutral},
		o.askedRow(),
		{"head", fmt.Sprintf("%d %s, %s old, %s, %s of its gas", s.Head.Number, shortHash(s.Head.Hash), o.headAge(),
			count(uint64(s.Head.Transactions), "transaction"), share(uint64(s.Head.GasUsed), uint64(s.Head.GasLimit))), neutral},
		{"chain", o.chainText(), neutral},
		o.syncRow(),
		{"pool", fmt.Sprintf("%d pending, %d queued", s.Pool.Pending, s.Pool.Queued), neutral},
		o.miningRow(),
	}
	if index := s.AddressIndex; index != nil && !index.Synced {
		rows = append(rows, row{"index", fmt.Sprintf("addresses are indexed up to block %d", index.Head), waiting})
	}
	if d := o.Database; d != nil {
		rows = append(rows, row{"database", fmt.Sprintf("%s in %s, %s free", size(d.Size), d.Dir, size(d.Free)), neutral})
	}
	if o.Memory != nil {
		rows = append(rows, row{"memory", size(*o.Memory), neutral})
	}
	return append(append(rows, o.serviceRows()...), o.peerRows()...)
}

// askedRow says whose answer it is: with several nodes on a machine, the one that
// answers need not be the one that was meant.
func (o *overview) askedRow() row {
	if o.missed != "" {
		return row{"asked", fmt.Sprintf("at %s, since nobody answers at %s", o.Endpoint, o.missed), waiting}
	}
	return row{"asked", "at " + o.Endpoint, neutral}
}

func (o *overview) headAge() string {
	return age(uint64(o.status.Head.Timestamp)*1000, uint64(o.status.Time))
}

func (o *overview) chainText() string {
	s := &o.status
	text := "blocks on demand"
	if s.BlockTime != nil {
		text = fmt.Sprintf("a block every %s", time.Duration(*s.BlockTime)*time.Millisecond)
	}
	if s.Hashrate != nil {
		text += ", by " + hashrate(uint64(*s.Hashrate))
	}
	return text + fmt.Sprintf(", safe at %d, final at %d", s.Safe, s.Finalized)
}

func (o *overview) syncRow() row {
	s := &o.status
	switch {
	case s.Syncing.Syncing:
		have, want := uint64(s.Syncing.CurrentBlock), uint64(s.Syncing.HighestBlock)
		return row{"sync", fmt.Sprintf("at block %d of %d (%s), %d to go", have, want, share(have, want), max(want, have)-have), waiting}
	case !s.Network:
		return row{"sync", "not needed: the node is alone by its settings (--p2p)", neutral}
	case s.Peers == 0:
		return row{"sync", "no peer to compare with", waiting}
	}
	if ahead := o.ahead(); ahead > tellEvery {
		return row{"sync", fmt.Sprintf("a peer claims %d blocks more than are here", ahead), waiting}
	}
	return row{"sync", "up to date", good}
}

// ahead is how many blocks more a peer says it has.
func (o *overview) ahead() uint64 {
	var ahead uint64
	for _, p := range o.peers {
		if own := uint64(o.status.Head.Number); p.Head != nil && uint64(p.Head.Number) > own {
			ahead = max(ahead, uint64(p.Head.Number)-own)
		}
	}
	return ahead
}

func (o *overview) miningRow() row {
	m := o.status.Mining
	switch {
	case m == nil:
		return row{"mining", "not on this chain", neutral}
	case !m.Mining && o.minerWaits():
		return row{"mining", "paused", waiting}
	case !m.Mining:
		return row{"mining", "off", neutral}
	case o.status.Engine != "proof-of-work":
		return row{"mining", fmt.Sprintf("without work, for %s", m.Coinbase), good}
	}
	return row{"mining", fmt.Sprintf("%s on %s for %s", hashrate(uint64(m.Hashrate)), count(uint64(m.Threads), "thread"), m.Coinbase), good}
}

// minerWaits reports whether the miner is to mine and cannot now; the services' rows
// say why.
func (o *overview) minerWaits() bool {
	return slices.ContainsFunc(o.services, func(s serviceSummary) bool {
		return s.Name == "miner" && (s.State == registry.Degraded || s.State == registry.Syncing)
	})
}

// serviceRows names the services, and tells what is wrong with those that are not
// well.
func (o *overview) serviceRows() []row {
	var names []string
	var complaints []row
	for _, s := range o.services {
		names = append(names, s.Name)
		if s.State == registry.Serving {
			continue
		}
		complaint := row{"", fmt.Sprintf("%s %s for %s", s.Name, s.State, age(uint64(s.Since), uint64(o.status.Time))), waiting}
		if s.Error != nil {
			complaint.text += ": " + strings.TrimPrefix(*s.Error, string(s.State)+": ")
		}
		if s.State == registry.Failed || s.State == registry.Stopped {
			complaint.mood = bad
		}
		complaints = append(complaints, complaint)
	}
	summary := row{"services", fmt.Sprintf("%d serving: %s", len(names), strings.Join(names, " ")), good}
	if len(complaints) > 0 {
		summary = row{"services", fmt.Sprintf("%d of %d serving: %s", len(names)-len(complaints), len(names), strings.Join(names, " ")), waiting}
	}
	return append([]row{summary}, complaints...)
}

func (o *overview) peerRows() []row {
	if !o.status.Network {
		return []row{{"peers", "none: there is no network (--p2p)", neutral}}
	}
	rows := []row{{"peers", strconv.Itoa(len(o.peers)), neutral}}
	for i, p := range o.peers {
		if i == peersShown {
			rows = append(rows, row{"", fmt.Sprintf("and %d more (--json has them all)", len(o.peers)-i), neutral})
			break
		}
		direction, latency, head := "in", "", "no head told yet"
		if p.Direction == "outbound" {
			direction = "out"
		}
		if p.Latency != nil {
			latency = (time.Duration(*p.Latency) * time.Microsecond).Round(100 * time.Microsecond).String()
		}
		if p.Head != nil {
			head = fmt.Sprintf("at %d", p.Head.Number)
			if own := o.status.Head.Number; p.Head.Number > own {
				head += fmt.Sprintf(", %d ahead", p.Head.Number-own)
			} else if own-p.Head.Number > tellEvery {
				head += fmt.Sprintf(", %d behind", own-p.Head.Number)
			}
		}
		rows = append(rows, row{"", fmt.Sprintf("%s %-*s %-3s %7s %s", shortID(p.ID), clientWidth,
			cut(printable(cmp.Or(p.Client, "unknown")), clientWidth), direction, latency, head), neutral})
	}
	return rows
}

// line is the overview in one line, for a log.
func (o *overview) line() string {
	s := &o.status
	text := fmt.Sprintf("head %d %s, %s old, %s", s.Head.Number, shortHash(s.Head.Hash), o.headAge(), count(uint64(s.Head.Transactions), "transaction"))
	for _, r := range []row{o.syncRow(), {"pool", fmt.Sprintf("%d pending", s.Pool.Pending), neutral}} {
		text += "; " + r.label + ": " + r.text
	}
	if s.Network {
		text += "; " + count(uint64(s.Peers), "peer")
	}
	for _, r := range o.serviceRows()[1:] {
		if !s.Syncing.Syncing || r.mood == bad { // otherwise it is told above
			text += "; " + r.text
		}
	}
	return text
}

// fingerprint differs between two overviews if a watcher wants to know: at each new
// head or, while there are hundreds in a second, at each hundredth of the way.
func (o *overview) fingerprint() string {
	s := &o.status
	progress := s.Head.Hash.Hex()
	if s.Syncing.Syncing {
		progress = share(uint64(s.Syncing.CurrentBlock), uint64(s.Syncing.HighestBlock))
	}
	text := fmt.Sprint(progress, s.Peers, s.Genesis, s.Started, s.Mining != nil && s.Mining.Mining)
	for _, service := range o.services {
		text += fmt.Sprint(service.Name, service.State)
	}
	return text
}

// printable replaces what could do something to a terminal: peers say what they
// like.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// cut shortens a text to a number of characters.
func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

func shortHash(hash common.Hash) string {
	hex := hash.Hex()
	return hex[:10] + "…" + hex[len(hex)-4:]
}

func shortID(id string) string {
	id = printable(id)
	if r := []rune(id); len(r) > 10 {
		return "…" + string(r[len(r)-9:])
	}
	return fmt.Sprintf("%-10s", id)
}

func count(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// age is the time between two stamps in milliseconds, in one or two units.
func age(from, to uint64) string {
	d := time.Duration(max(to, from)-from) * time.Millisecond
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return d.Truncate(time.Second).String()
}

func share(part, whole uint64) string {
	if whole == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(whole))
}

// size is a number of bytes for people.
func size(bytes uint64) string { return scaled(bytes, "B", "kB", "MB", "GB", "TB", "PB", "EB") }

func hashrate(perSecond uint64) string {
	return scaled(perSecond, "H/s", "kH/s", "MH/s", "GH/s", "TH/s", "PH/s", "EH/s")
}

// scaled writes a number in the first unit that leaves it below a thousand.
func scaled(n uint64, units ...string) string {
	if n < 1000 {
		return fmt.Sprintf("%d %s", n, units[0])
	}
	value, i := float64(n), 0
	for value >= 999.95 && i < len(units)-1 {
		value /= 1000
		i++
	}
	return fmt.Sprintf("%.1f %s", value, units[i])
}
