package logging

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	gethlog "github.com/ethereum/go-ethereum/log"
	"github.com/sirupsen/logrus"
)

const (
	textTime = "2006-01-02T15:04:05.000Z07:00"

	// messageWidth is where the fields begin: most messages are shorter.
	messageWidth = 40

	errorField = "err"   // comes last: it may be long
	stackField = "stack" // comes below the line, as the lines that it consists of
)

// textFormatter writes lines for a terminal. It has no state, so lines can be
// formatted at the same time.
type textFormatter struct{ colored bool }

// Format implements logrus.Formatter.
func (f *textFormatter) Format(entry *logrus.Entry) ([]byte, error) {
	b := entry.Buffer
	if b == nil {
		b = new(bytes.Buffer)
	}
	paint := f.paint(entry.Level)
	fmt.Fprintf(b, "%s %s ", entry.Time.Format(textTime), paint(levelText(entry.Level)))

	message := printable(entry.Message)
	if len(entry.Data) > 0 {
		message = fmt.Sprintf("%-*s", messageWidth, message)
	}
	b.WriteString(message)

	var stack any
	for _, key := range slices.SortedFunc(maps.Keys(entry.Data), compareKeys) {
		value := entry.Data[key]
		if key == stackField {
			stack = value
			continue
		}
		b.WriteString(" " + paint(fieldName(key)) + "=")
		b.Write(appendValue(b.AvailableBuffer(), value))
	}
	b.WriteByte('\n')
	if stack != nil {
		for line := range strings.Lines(fmt.Sprint(stack)) {
			b.WriteString("    | " + strings.TrimRight(line, "\r\n") + "\n")
		}
	}
	return b.Bytes(), nil
}

// levelText is five characters wide, so that messages begin in one column.
func levelText(level logrus.Level) string {
	if level == logrus.WarnLevel {
		return "WARN " // logrus calls it WARNING
	}
	return fmt.Sprintf("%-5s", strings.ToUpper(level.String()))
}

// paint returns a function that colours text by level, or leaves it alone.
func (f *textFormatter) paint(level logrus.Level) func(string) string {
	if !f.colored {
		return func(text string) string { return text }
	}
	color := 31 // red
	switch level {
	case logrus.WarnLevel:
		color = 33 // yellow
	case logrus.InfoLevel:
		color = 32 // green
	case logrus.DebugLevel:
		color = 36 // cyan
	case logrus.TraceLevel:
		color = 34 // blue
	}
	return func(text string) string { return fmt.Sprintf("\x1b[%dm%s\x1b[0m", color, text) }
}

// compareKeys sorts by name, the error last.
func compareKeys(a, b string) int {
	rank := func(key string) int {
		if fieldName(key) == errorField {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// fieldName gives the error that was added by WithError the name that errors
// have everywhere else.
func fieldName(key string) string {
	if key == logrus.ErrorKey {
		return errorField
	}
	return key
}

// appendValue appends a value as geth prints it: hashes short, large numbers
// with separators, and quoted where it would not be one word. A value that
// panics must not take the node down for the sake of a log line.
func appendValue(dst []byte, value any) (result []byte) {
	defer func() {
		if v := recover(); v != nil {
			result = strconv.AppendQuote(dst, fmt.Sprintf("panic while printing: %v", v))
		}
	}()
	if data, ok := value.([]byte); ok {
		return fmt.Appendf(dst, "%#x", data)
	}
	return gethlog.FormatSlogValue(slog.AnyValue(value).Resolve(), dst)
}

// printable quotes a message that could move the cursor or forge a line.
func printable(message string) string {
	message = strings.TrimRight(message, "\r\n")
	if strings.ContainsFunc(message, unicode.IsControl) {
		return strconv.Quote(message)
	}
	return message
}

// isTerminal guesses whether somebody watches out, who wants colours. See
// no-color.org for the variable.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
