package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	checkTimeout = 5 * time.Second // a node that takes longer to say how it is, is not well
	maxReport    = 1 << 20         // bytes: some thousand services
)

// What a node says of itself when it answers a check with anything but yes.
var (
	// ErrNotAlive: a service has failed or stopped.
	ErrNotAlive = errors.New("node has failed")
	// ErrNotReady: the node is alive, but a service has a complaint.
	ErrNotReady = errors.New("node is not ready")
)

// Check asks a running node how it is. The page is the URL of /healthz or
// /readyz, and decides what counts. The error is nil if the node says yes, wraps
// [ErrNotAlive] or [ErrNotReady] with the reasons if it says no, and is another
// one if no node answers within five seconds. The report is filled whenever the
// node has sent one.
func Check(ctx context.Context, page string) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return Report{}, fmt.Errorf("check health: %w", err)
	}
	// No proxy and no redirect: it is this node's answer that counts.
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return Report{}, fmt.Errorf("no node answers at %s: %w", page, reason(err))
	}
	defer response.Body.Close()

	var report Report
	if err := json.NewDecoder(io.LimitReader(response.Body, maxReport)).Decode(&report); err != nil {
		return Report{}, fmt.Errorf("what answers at %s (%s) is not a node: %w", page, response.Status, err)
	}
	switch {
	case response.StatusCode == http.StatusOK:
		return report, nil
	case response.StatusCode != http.StatusServiceUnavailable:
		return Report{}, fmt.Errorf("what answers at %s is not a node: %s", page, response.Status)
	case !report.Alive:
		err = ErrNotAlive
	default:
		err = ErrNotReady
	}
	return report, fmt.Errorf("%w: %s", err, strings.Join(report.Reasons, "; "))
}

// reason strips the method and address that net/http puts before an error.
func reason(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
