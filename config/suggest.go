package config

import (
	"fmt"
	"strings"
)

// DidYouMean returns a hint, to be put behind a message, at the known name that
// is closest to a mistyped one, with a prefix; or nothing when none is close.
func DidYouMean(name string, known []string, prefix string) string {
	closest, best := "", len(name)/3+2 // a third of it mistyped, and a bit for short names
	for _, candidate := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < best {
			closest, best = candidate, d
		}
	}
	if closest == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %s%s?", prefix, closest)
}

// distance is the Levenshtein distance: how many characters have to be
// inserted, removed or replaced to make a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
