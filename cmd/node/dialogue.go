package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/wallet"
	"golang.org/x/term"
)

// dialogue is questions and answers, on a terminal or with a program that writes
// the answers, a line each, to the standard input.
type dialogue struct {
	lines    *bufio.Scanner
	out      io.Writer
	terminal bool
}

func (a *app) newDialogue() *dialogue {
	// A terminal gives out one line at a time, so that the scanner takes nothing
	// that is typed where it is not shown.
	return &dialogue{bufio.NewScanner(os.Stdin), a.stderr, term.IsTerminal(int(os.Stdin.Fd()))}
}

func (d *dialogue) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// line asks for one line. It is an error if the input has ended.
func (d *dialogue) line(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(d.out, prompt+": ")
	text, err := interruptible(ctx, func() (string, error) {
		if d.lines.Scan() {
			return strings.TrimSpace(d.lines.Text()), nil
		}
		if err := d.lines.Err(); err != nil {
			return "", err
		}
		return "", errors.New("the input ended")
	})
	if err != nil || !d.terminal {
		d.say("") // nobody pressed Enter
	}
	return text, err
}

// secret asks for one line that a terminal does not show.
func (d *dialogue) secret(ctx context.Context, prompt string) (string, error) {
	if d.terminal {
		return readSecret(ctx, d.out, prompt)
	}
	return d.line(ctx, prompt)
}

// ask asks until the answer can be parsed. An empty one stands for the fallback.
func ask[T any](ctx context.Context, d *dialogue, prompt, fallback string, parse func(string) (T, error)) (T, error) {
	for {
		text, err := d.line(ctx, fmt.Sprintf("%s [%s]", prompt, fallback))
		if err != nil {
			return *new(T), err
		}
		if text == "" {
			text = fallback
		}
		answer, err := parse(text)
		if err == nil {
			return answer, nil
		}
		for line := range strings.Lines(err.Error()) {
			d.say("  %s", strings.TrimSpace(line))
		}
	}
}

var errPasswordsDiffer = errors.New("the two passwords differ")

// password returns the first line of the file of passwords or, without one, what is
// typed on the terminal, twice for a new one.
func (a *app) password(ctx context.Context, cfg *config.Config, prompt string, twice bool) (string, error) {
	return passwordFrom(cfg, prompt, twice, func(prompt string) (string, error) { return readSecret(ctx, a.stderr, prompt) })
}

func passwordFrom(cfg *config.Config, prompt string, twice bool, secret func(prompt string) (string, error)) (string, error) {
	if path := cfg.Wallet.PasswordFile; path != "" {
		passwords, err := wallet.Passwords(path)
		if err != nil {
			return "", err
		}
		return passwords[0], nil
	}
	password, err := secret(prompt)
	if err != nil || !twice {
		return password, err
	}
	again, err := secret("The same again")
	if err == nil && again != password {
		err = errPasswordsDiffer
	}
	return password, err
}

// readSecret reads a line from the terminal, which does not show it.
func readSecret(ctx context.Context, out io.Writer, prompt string) (string, error) {
	terminal := int(os.Stdin.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("there is no terminal to ask for the password: give it in a file, with --%s", wallet.FlagPasswords)
	}
	fmt.Fprint(out, prompt+": ")
	defer fmt.Fprintln(out)
	text, err := interruptible(ctx, func() (string, error) {
		line, err := term.ReadPassword(terminal)
		return string(line), err
	})
	if ctx.Err() != nil {
		err = errors.Join(err, term.Restore(terminal, before))
	}
	return text, err
}

// interruptible reads a line until a signal comes. Nothing interrupts the reading
// itself: after a signal its goroutine stays until the process ends, which is at once.
func interruptible(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := read()
		answers <- answer{line, err}
	}()
	select {
	case typed := <-answers:
		return typed.line, typed.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
