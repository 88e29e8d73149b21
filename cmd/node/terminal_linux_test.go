package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal makes a pseudo-terminal: what is written to the first file is typed, and
// what is read from it is shown; the second one is the program's.
func openTerminal(t *testing.T) (keyboard, program *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err) // not every container has one
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return keyboard, program
}

// On a terminal a password is not shown, and Ctrl-C while it is asked for leaves
// nothing behind.
func TestWizardOnTerminal(t *testing.T) {
	dir := t.TempDir()
	cmd := wizardCommand(t, dir)
	keyboard, program := openTerminal(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // it has ended, unless the test failed
	_ = program.Close()                       // so that reading ends with the process

	var shown strings.Builder
	until := func(prompt string) {
		t.Helper()
		buffer := make([]byte, 4096)
		for !strings.HasSuffix(shown.String(), prompt) {
			n, err := keyboard.Read(buffer)
			shown.Write(buffer[:n])
			if err != nil {
				t.Fatalf("no %q: %v\n%s", prompt, err, shown.String())
			}
		}
	}
	press := func(keys string) {
		t.Helper()
		if _, err := keyboard.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 { // chain id, interval, reward, gas limit
		until("]: ")
		shown.Reset()
		press("\n")
	}
	until("[new]: ")
	press("new\n")
	until("Password for the new account: ")
	eventually(t, "the terminal shows nothing", func(context.Context) (bool, error) {
		mode, err := unix.IoctlGetTermios(int(keyboard.Fd()), unix.TCGETS)
		return err == nil && mode.Lflag&unix.ECHO == 0, err
	})
	press("secret\n")
	until("The same again: ")
	press("\x03")
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitFailure {
		t.Error(err)
	}
	until("monolith: nothing was written: interrupted by a signal: interrupt\r\n")
	if strings.Contains(shown.String(), "secret") {
		t.Errorf("the password is shown:\n%s", shown.String())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}
