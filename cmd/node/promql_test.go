package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A parser of the part of PromQL that the dashboard and the alerts use. Prometheus's
// own comes with its server, whose dependencies would be ours.

// selector is one time series selector of an expression.
type selector struct {
	metric string
	labels []string // that are matched
	ranged bool     // [5m]
	within string   // the function that it is an argument of, if any
}

// query is what there is to check of an expression.
type query struct {
	selectors []selector
	labels    []string // grouped or matched by, beside those of selectors
}

var promToken = regexp.MustCompile(`^(?:\s+|"(?:[^"\\]|\\.)*"|[0-9]+(?:ms|[smhdwy])|[0-9.]+(?:e[+-]?[0-9]+)?|[a-zA-Z_:][a-zA-Z0-9_:]*|=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}\[\],])`)

const promDuration = `^[0-9]+(ms|[smhdwy])$`

type promParser struct {
	tokens []string
	query  query
}

// parsePromQL panics with a promFault where it does not understand an expression;
// the test's frame turns that into an error.
type promFault string

func parsePromQL(expr string) (q query, err error) {
	p := &promParser{}
	for rest := expr; rest != ""; {
		token := promToken.FindString(rest)
		if token == "" {
			return q, fmt.Errorf("%q is no token", rest)
		}
		rest = rest[len(token):]
		if token = strings.TrimSpace(token); token != "" {
			p.tokens = append(p.tokens, token)
		}
	}
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case promFault:
			err = fmt.Errorf("%s, before %q", string(fault), strings.Join(p.tokens, " "))
		default:
			panic(fault)
		}
	}()
	p.expr("")
	if len(p.tokens) > 0 {
		panic(promFault("the expression ends early"))
	}
	return p.query, nil
}

func (p *promParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *promParser) next() string {
	token := p.peek()
	if token == "" {
		panic(promFault("the expression is cut short"))
	}
	p.tokens = p.tokens[1:]
	return token
}

func (p *promParser) accept(tokens ...string) bool {
	if p.peek() == "" || !slices.Contains(tokens, p.peek()) {
		return false
	}
	p.next()
	return true
}

func (p *promParser) expect(token string) {
	if !p.accept(token) {
		panic(promFault("no " + token))
	}
}

func (p *promParser) expr(within string) {
	p.operand(within)
	for p.accept("+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">=", "and", "or", "unless") {
		p.accept("bool")
		if p.accept("on", "ignoring") {
			p.grouping()
		}
		if p.accept("group_left", "group_right") {
			p.grouping()
		}
		p.operand(within)
	}
}

// grouping is a list of labels.
func (p *promParser) grouping() {
	p.expect("(")
	for !p.accept(")") {
		p.query.labels = append(p.query.labels, p.word())
		p.accept(",")
	}
}

func (p *promParser) word() string {
	word := p.next()
	if !regexp.MustCompile(`^[a-zA-Z_]`).MatchString(word) {
		panic(promFault(word + " is no name"))
	}
	return word
}

// promFunctions are those that take a range; the others take an instant.
var (
	promRanged     = []string{"rate", "increase", "delta", "deriv", "changes", "predict_linear", "max_over_time"}
	promInstant    = []string{"time", "abs", "histogram_quantile", "clamp_min"}
	promAggregates = []string{"sum", "max", "min", "avg", "count", "count_values", "topk"}
)

func (p *promParser) operand(within string) {
	switch token := p.next(); {
	case token == "-":
		p.operand(within)
	case token == "(":
		p.expr("")
		p.expect(")")
	case regexp.MustCompile(`^[0-9.]+(e[+-]?[0-9]+)?$`).MatchString(token):
	case within == "count_values" && strings.HasPrefix(token, `"`):
	case slices.Contains(promAggregates, token):
		if p.accept("by", "without") {
			p.grouping()
		}
		p.arguments(token)
	case slices.Contains(promRanged, token), slices.Contains(promInstant, token):
		p.arguments(token)
	case regexp.MustCompile(`^[a-zA-Z_:]`).MatchString(token) && p.peek() != "(":
		p.selector(token, within)
	default:
		panic(promFault(token + " is not expected"))
	}
}

func (p *promParser) arguments(function string) {
	p.expect("(")
	for !p.accept(")") {
		p.expr(function)
		p.accept(",")
	}
}

func (p *promParser) selector(metric, within string) {
	s := selector{metric: metric, within: within}
	if p.accept("{") {
		for !p.accept("}") {
			s.labels = append(s.labels, p.word())
			if !p.accept("=", "!=", "=~", "!~") {
				panic(promFault("no operator"))
			}
			value := strings.Trim(p.next(), `"`)
			if _, err := regexp.Compile(strings.ReplaceAll(value, `\\`, `\`)); err != nil {
				panic(promFault(err.Error()))
			}
			p.accept(",")
		}
	}
	if p.accept("[") {
		if length := p.next(); !regexp.MustCompile(promDuration).MatchString(length) {
			panic(promFault(length + " is no duration"))
		}
		p.expect("]")
		s.ranged = true
	}
	if s.ranged != slices.Contains(promRanged, within) {
		panic(promFault(metric + " is asked for a range where an instant is needed, or the other way round"))
	}
	p.query.selectors = append(p.query.selectors, s)
}

func TestPromQLParser(t *testing.T) {
	for _, good := range []string{
		`up == 0`,
		`sum by (a, b) (rate(m_total{c=~"x|y", d!="z"}[5m])) / on (a) group_left () -n * 1e-3`,
		`(time() - a) > 30 * (b > bool 0) unless c == 0`,
		`histogram_quantile(0.95, sum by (le) (rate(m_bucket[1h])))`,
		`count_values by (a) ("b", c * on (d) e)`,
	} {
		if _, err := parsePromQL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		``, `a b`, `sum(a`, `rate(a)`, `a[5m]`, `abs(a[5m])`, `rat(a[5m])`, `a{b}`, `a{b="c"`, `a{b=~"("}`, `a +`, `sum by a (b)`, `a[5]`, `#`,
	} {
		if q, err := parsePromQL(bad); err == nil {
			t.Errorf("%s is understood as %+v", bad, q)
		}
	}
}
