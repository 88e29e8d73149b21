package explorer_test

import (
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Contrasts that WCAG 2 asks for at level AA: of text (1.4.3), and of shapes that mean
// something (1.4.11).
const (
	textContrast  = 4.5
	shapeContrast = 3
)

// pairs are which colours lie upon which, by the names of their tokens.
var pairs = []struct {
	on, under []string
	least     float64
}{
	{[]string{"text", "muted", "accent", "good", "warn", "bad"}, []string{"ground", "surface", "sunken"}, textContrast},
	{[]string{"text"}, []string{"accent-soft", "good-soft", "warn-soft", "bad-soft", "chart-soft"}, textContrast},
	{[]string{"accent"}, []string{"accent-soft"}, textContrast},
	{[]string{"good"}, []string{"good-soft"}, textContrast},
	{[]string{"warn"}, []string{"warn-soft"}, textContrast},
	{[]string{"bad"}, []string{"bad-soft"}, textContrast},
	{[]string{"on-accent"}, []string{"accent"}, textContrast},
	{[]string{"surface"}, []string{"text"}, textContrast},
	{[]string{"chart", "line-strong"}, []string{"surface", "ground"}, shapeContrast},
	{[]string{"chart"}, []string{"chart-soft"}, shapeContrast},
}

// The colours of both themes can be told apart by everybody.
func TestContrast(t *testing.T) {
	for theme, tokens := range themes(t) {
		t.Run(theme, func(t *testing.T) {
			for _, pair := range pairs {
				for _, on := range pair.on {
					for _, under := range pair.under {
						if have := contrast(luminance(t, tokens, on), luminance(t, tokens, under)); have < pair.least {
							t.Errorf("%s on %s has a contrast of %.2f, it must be at least %g", on, under, have, pair.least)
						}
					}
				}
			}
		})
	}
}

// themes are the colours of tokens.css, those of the dark theme over those of the light.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("web/style/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, found := strings.Cut(string(text), `:root[data-theme="dark"]`)
	if !found {
		t.Fatal("tokens.css has no dark theme")
	}
	colours := func(css string) map[string]string {
		tokens := make(map[string]string)
		for _, match := range regexp.MustCompile(`--([\w-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
			tokens[match[1]] = match[2]
		}
		return tokens
	}
	first, second := colours(light), colours(dark)
	if names, others := slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(second)); !slices.Equal(names, others) {
		t.Errorf("the light theme has the colours %v, the dark one %v", names, others)
	}
	return map[string]map[string]string{"light": first, "dark": second}
}

// luminance is the relative luminance of a colour, as WCAG 2 defines it.
func luminance(t *testing.T, tokens map[string]string, name string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(tokens[name], 16, 32)
	if err != nil {
		t.Fatalf("colour %s: %v", name, err)
	}
	linear := func(shift int) float64 {
		part := float64(rgb>>shift&0xff) / 255
		if part <= 0.04045 {
			return part / 12.92
		}
		return math.Pow((part+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
