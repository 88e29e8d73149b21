package p2p

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// eagerBuffer is how much is allocated on a peer's word that a message is at
// least as long. The rest is allocated as it arrives.
const eagerBuffer = 64 << 10

// errFraming is returned for a length that is no proper number.
var errFraming = errors.New("malformed length")

// writeFrame writes a message: prefix, the length of data, data.
func writeFrame(w io.Writer, prefix []byte, data []byte) error {
	head := binary.AppendUvarint(prefix, uint64(len(data)))
	if len(data) < eagerBuffer { // one write for the usual small message
		_, err := w.Write(append(head, data...))
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// readFrame reads a message of at most limit bytes.
func readFrame(r *bufio.Reader, limit int) ([]byte, error) {
	length, err := readLength(r)
	if err != nil {
		return nil, err
	}
	if length > uint64(limit) {
		return nil, fmt.Errorf("%w: %d bytes, %d allowed", ErrTooLarge, length, limit)
	}
	buffer := bytes.NewBuffer(make([]byte, 0, min(int(length), eagerBuffer)))
	if _, err := io.CopyN(buffer, r, int64(length)); err != nil {
		return nil, unexpectedEOF(err)
	}
	return buffer.Bytes(), nil
}

// readLength reads an unsigned varint of at most 35 bits, with no superfluous
// byte.
func readLength(r io.ByteReader) (uint64, error) {
	var length uint64
	for shift := 0; shift < 35; shift += 7 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, unexpectedEOF(err)
		}
		length |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if b == 0 && shift > 0 {
				return 0, errFraming
			}
			return length, nil
		}
	}
	return 0, errFraming
}

func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
