package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// table prints the results: for each server its figures, and for the first one how it
// stands to each of the others: how many times as many requests per second, and what
// part of their processor time.
type table struct {
	w       *tabwriter.Writer
	servers []*server
}

func newTable(out io.Writer, servers []*server) *table {
	t := &table{tabwriter.NewWriter(out, 0, 0, 1, ' ', 0), servers}
	columns := []string{"case", "conns", "server", "req/s", "p50 µs", "p99 µs", "CPU µs/req"}
	for _, other := range servers[1:] {
		columns = append(columns, "req/s : "+other.name, "CPU : "+other.name)
	}
	t.line(columns...)
	for i := range columns {
		columns[i] = "---"
	}
	t.line(columns...)
	return t
}

func (t *table) row(name string, conns int, results []result) {
	for i, r := range results {
		cells := []string{name, fmt.Sprint(conns), t.servers[i].name, whole(r.rate), whole(r.p50), whole(r.p99), whole(r.cpu)}
		for _, other := range results[1:] {
			if i == 0 {
				cells = append(cells, fmt.Sprintf("%.2f", r.rate/other.rate), fmt.Sprintf("%.2f", r.cpu/other.cpu))
			} else {
				cells = append(cells, "", "")
			}
		}
		t.line(cells...)
	}
}

func whole(value float64) string { return fmt.Sprintf("%.0f", value) }

// line is one of a Markdown table, which is readable as it is, too.
func (t *table) line(cells ...string) {
	fmt.Fprintf(t.w, "| %s\t|\n", strings.Join(cells, "\t| "))
}

func (t *table) flush() error { return t.w.Flush() }
