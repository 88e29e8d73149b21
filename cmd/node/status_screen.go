package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// Sequences that every terminal of today knows.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l" // a screen of its own, without a cursor
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	clearLine   = "\x1b[K"
	clearBelow  = "\x1b[J"
	plainStyle  = "\x1b[0m"
	labelStyle  = "\x1b[1m"
)

// awayPrint stands for a node that does not answer, which has no fingerprint.
const awayPrint = "away"

// styles are the colours of moods; only names of colours that every palette has.
func (m mood) style() string {
	switch m {
	case good:
		return "\x1b[32m"
	case waiting:
		return "\x1b[33m"
	case bad:
		return "\x1b[31m"
	}
	return ""
}

// screen is where overviews are shown.
type screen struct {
	out      io.Writer
	terminal *os.File // nil if the output is none
	colour   bool
	json     bool

	drawn bool   // the terminal is on its other screen
	last  []row  // what it shows
	wrote string // fingerprint of what was written last, or awayPrint
}

func newScreen(out io.Writer, environment []string, asJSON bool) *screen {
	s := &screen{out: out, json: asJSON}
	file, ok := out.(*os.File)
	if ok && !asJSON && term.IsTerminal(int(file.Fd())) && !slices.Contains(environment, "TERM=dumb") {
		s.terminal = file
		// https://no-color.org: any value but the empty one.
		s.colour = !slices.ContainsFunc(environment, func(v string) bool {
			return strings.HasPrefix(v, "NO_COLOR=") && v != "NO_COLOR="
		})
	}
	return s
}

// show shows an overview once.
func (s *screen) show(seen *overview) error {
	if s.json {
		encoder := json.NewEncoder(s.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(seen)
	}
	width, _ := s.size()
	return s.write(strings.Join(s.lines(seen.page(), width), "\n") + "\n")
}

// update shows the next overview of a watch: in the terminal in place of the one
// before, elsewhere as a line if there is something new.
func (s *screen) update(seen *overview) error {
	if s.terminal != nil {
		return s.draw(seen.page())
	}
	fingerprint := seen.fingerprint()
	if fingerprint == s.wrote {
		return nil
	}
	s.wrote = fingerprint
	if s.json {
		return json.NewEncoder(s.out).Encode(seen)
	}
	return s.write(stamp() + " " + printable(seen.line()) + "\n")
}

// away tells that the node does not answer any more.
func (s *screen) away(err error) error {
	if s.terminal != nil {
		rows := slices.DeleteFunc(slices.Clone(s.last), func(r row) bool { return r.label == "away" })
		return s.draw(append([]row{{"away", err.Error(), bad}}, rows...))
	}
	if s.wrote == awayPrint {
		return nil
	}
	s.wrote = awayPrint
	if s.json {
		return json.NewEncoder(s.out).Encode(map[string]string{"error": err.Error()})
	}
	return s.write(stamp() + " " + printable(err.Error()) + "\n")
}

// draw puts a page into the place of the one before.
func (s *screen) draw(rows []row) error {
	s.last = rows
	var text strings.Builder
	if !s.drawn {
		text.WriteString(enterScreen)
		s.drawn = true
	}
	width, height := s.size()
	lines := s.lines(rows, width)
	text.WriteString(home)
	for i, line := range lines[:min(len(lines), max(height-1, 1))] {
		if i > 0 {
			text.WriteString("\r\n")
		}
		text.WriteString(line + clearLine)
	}
	text.WriteString(clearBelow)
	return s.write(text.String())
}

// close gives the terminal back, with the last page on it.
func (s *screen) close() error {
	if !s.drawn {
		return nil
	}
	s.drawn = false
	width, _ := s.size()
	return s.write(leaveScreen + strings.Join(s.lines(s.last, width), "\n") + "\n")
}

// size of the terminal; a width of 0 is without end.
func (s *screen) size() (width, height int) {
	if s.terminal == nil {
		return 0, 0
	}
	width, height, err := term.GetSize(int(s.terminal.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

// lines lays a page out.
func (s *screen) lines(rows []row, width int) []string {
	var lines []string
	for _, r := range rows {
		for i, text := range wrap(printable(r.text), width-labelWidth) {
			label := fmt.Sprintf("%-*s", labelWidth, r.label)
			if i > 0 {
				label = strings.Repeat(" ", labelWidth)
			}
			if s.colour {
				if i == 0 && r.label != "" {
					label = labelStyle + label + plainStyle
				}
				if style := r.mood.style(); style != "" {
					text = style + text + plainStyle
				}
			}
			lines = append(lines, strings.TrimRight(label+text, " "))
		}
	}
	return lines
}

// wrap breaks a text at spaces, and a word that is too long anywhere. A width of
// less than a word or two does not break anything.
func wrap(text string, width int) []string {
	if width < 20 {
		return []string{text}
	}
	var lines []string
	for utf8.RuneCountInString(text) > width {
		runes := []rune(text)
		at := width
		for at > width/2 && runes[at] != ' ' {
			at--
		}
		if runes[at] != ' ' {
			at = width
		}
		lines = append(lines, strings.TrimRight(string(runes[:at]), " "))
		text = strings.TrimLeft(string(runes[at:]), " ")
	}
	return append(lines, text)
}

func (s *screen) write(text string) error {
	_, err := io.WriteString(s.out, text)
	return err
}

func stamp() string { return time.Now().UTC().Format(time.RFC3339) }
