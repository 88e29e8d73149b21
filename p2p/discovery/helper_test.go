package discovery

import "strings"

// contains reports whether an error says something.
func contains(err error, text string) bool {
	return err != nil && strings.Contains(err.Error(), text)
}
