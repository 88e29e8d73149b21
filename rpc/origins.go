package rpc

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// corsMaxAge is how long a browser may keep the answer to a preflight, in seconds.
const corsMaxAge = "600"

// origins are the web pages that may use an interface.
type origins struct {
	any   bool
	rules []string
	loose bool // a rule may leave out scheme or port, which then may be any
}

func newOrigins(rules []string, loose bool) origins {
	o := origins{loose: loose}
	for _, rule := range rules {
		rule = strings.ToLower(strings.TrimSpace(rule))
		o.any = o.any || rule == "*"
		if rule != "" {
			o.rules = append(o.rules, rule)
		}
	}
	return o
}

// match reports whether a page of this origin may.
func (o origins) match(origin string) bool {
	if o.any {
		return true
	}
	names := []string{strings.ToLower(origin)}
	if u, err := url.Parse(names[0]); err == nil && o.loose {
		names = append(names, u.Scheme+"://"+u.Hostname(), u.Host, u.Hostname())
	}
	for _, rule := range o.rules {
		before, after, wild := strings.Cut(rule, "*")
		for _, name := range names {
			if name == rule || wild && len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
				return true
			}
		}
	}
	return false
}

// cors tells browsers which pages may read answers (https://fetch.spec.whatwg.org).
// Without any, no browser page of another origin can.
func cors(allowed origins, next http.Handler) http.Handler {
	if !allowed.any && len(allowed.rules) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, origin := w.Header(), r.Header.Get("Origin")
		header.Add("Vary", "Origin")
		preflight := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
		if origin != "" && allowed.match(origin) {
			if allowed.any {
				origin = "*"
			}
			header.Set("Access-Control-Allow-Origin", origin)
			if preflight {
				header.Set("Access-Control-Allow-Methods", "POST, GET")
				header.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
				header.Set("Access-Control-Max-Age", corsMaxAge)
			}
		}
		if preflight {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hosts are the names by which a port may be called.
type hosts map[string]bool

func newHosts(names []string) hosts {
	h := make(hosts)
	for _, name := range names {
		h[strings.ToLower(strings.TrimSpace(name))] = true
	}
	return h
}

// match reports whether a Host header is one of them, or an IP address.
func (h hosts) match(header string) bool {
	host := hostname(header)
	return host == "" || h["*"] || h[host] || net.ParseIP(host) != nil
}

// own reports whether an origin is that of the pages of the port itself, under a name
// that it may be called by: a page that rebinds its name to this machine has an origin
// of that name, too.
func (h hosts) own(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) && h.match(r.Host)
}

// virtualHosts serves requests that are addressed to one of the names, or to an IP
// address. A page that has its own name resolve to this machine (DNS rebinding) is no
// foreign origin to the browser, but it cannot change the Host header.
func virtualHosts(allowed hosts, flag string, m *metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if allowed.match(r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		m.refuse(refusedHost)
		http.Error(w, "invalid host specified: "+hostname(r.Host)+" is not one of the names of this node, add it or * with --"+flag, http.StatusForbidden)
	})
}

// hostname is what a Host header names, without port and the brackets of IPv6.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}
