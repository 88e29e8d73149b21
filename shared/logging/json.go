package logging

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/sirupsen/logrus"
)

// jsonFormatter is logrus' own, given values that encoding/json cannot choke
// on and that mean the same to every reader: a duration is "1.5s" and not a
// count of nanoseconds, an amount in wei does not lose its last digits to a
// parser with 64-bit floats.
type jsonFormatter struct{ logrus.JSONFormatter }

func newJSONFormatter() *jsonFormatter {
	return &jsonFormatter{logrus.JSONFormatter{
		TimestampFormat:   time.RFC3339Nano,
		DisableHTMLEscape: true,
	}}
}

// Format implements logrus.Formatter.
func (f *jsonFormatter) Format(entry *logrus.Entry) ([]byte, error) {
	clean := *entry
	clean.Data = make(logrus.Fields, len(entry.Data))
	for key, value := range entry.Data {
		clean.Data[fieldName(key)] = jsonValue(value)
	}
	return f.JSONFormatter.Format(&clean)
}

// jsonValue returns what stands for a value in JSON: a number, a boolean, null,
// its text if it has one, or else its own encoding.
func jsonValue(value any) (result any) {
	defer func() {
		if v := recover(); v != nil {
			result = nil // a nil pointer, as a rule
			if p := reflect.ValueOf(value); p.Kind() != reflect.Pointer || !p.IsNil() {
				result = fmt.Sprintf("panic while printing: %v", v)
			}
		}
	}()
	switch v := value.(type) {
	case nil, string, bool:
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return v
	case []byte:
		return fmt.Sprintf("%#x", v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%+v", value)
	}
	return json.RawMessage(encoded)
}
