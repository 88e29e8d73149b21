package backup

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/golang/snappy"
)

const (
	// segmentBytes is where a segment ends, after the value that reaches it.
	segmentBytes = 4 << 20

	// maxSegment bounds what is read into memory: a segment with one value of the
	// largest genesis file in it.
	maxSegment = 1 << 30

	// snappyRatio is more than snappy can make of a byte.
	snappyRatio = 24
)

var errSegment = errors.New("malformed segment")

// appendPair adds a key and its value to a segment: each is its length as an unsigned
// varint and its bytes. A segment is compressed with snappy.
func appendPair(segment, key, value []byte) []byte {
	segment = append(binary.AppendUvarint(segment, uint64(len(key))), key...)
	return append(binary.AppendUvarint(segment, uint64(len(value))), value...)
}

// eachPair calls for the pairs of a compressed segment.
func eachPair(compressed []byte, do func(key, value []byte) error) error {
	size, err := snappy.DecodedLen(compressed)
	if err != nil {
		return fmt.Errorf("%w: %w", errSegment, err)
	}
	if size > maxSegment || size/snappyRatio > len(compressed) {
		return fmt.Errorf("%w: %d bytes say that they hold %d", errSegment, len(compressed), size)
	}
	rest, err := snappy.Decode(nil, compressed)
	if err != nil {
		return fmt.Errorf("%w: %w", errSegment, err)
	}
	for len(rest) > 0 {
		var key, value []byte
		if key, rest, err = cut(rest); err != nil {
			return err
		}
		if value, rest, err = cut(rest); err != nil {
			return err
		}
		if err := do(key, value); err != nil {
			return err
		}
	}
	return nil
}

// cut takes a string with its length off the front.
func cut(data []byte) (head, rest []byte, err error) {
	size, n := binary.Uvarint(data)
	if n <= 0 || size > uint64(len(data)-n) {
		return nil, nil, errSegment
	}
	end := n + int(size)
	return data[n:end], data[end:], nil
}
