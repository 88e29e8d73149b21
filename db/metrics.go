package db

import (
	"strconv"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/syndtr/goleveldb/leveldb"
)

var (
	_ prometheus.Collector = (*collector)(nil)

	// ancientTables are what the freezer's size consists of.
	ancientTables = [...]string{
		rawdb.ChainFreezerHeaderTable, rawdb.ChainFreezerHashTable, rawdb.ChainFreezerBodiesTable,
		rawdb.ChainFreezerReceiptTable, rawdb.ChainFreezerBALTable,
	}
)

// collector reads goleveldb's and the freezer's figures when it is scraped; it
// keeps none of its own.
type collector struct {
	stats   func(*leveldb.DBStats) error
	ancient ethdb.AncientReader
	free    func() (uint64, error) // nil in memory
	watch   *watch
	reserve uint64 // bytes; 0 for none

	size, levelSize, levelTables                                     *prometheus.Desc
	compactions, compactionTime                                      *prometheus.Desc
	compactionRead, compactionWritten                                *prometheus.Desc
	delays, delayTime, paused, stalled                               *prometheus.Desc
	read, written, cache, openTables                                 *prometheus.Desc
	iterators, snapshots, diskFree, diskReserve, ancients, ancientSz *prometheus.Desc
}

func newCollector(stats func(*leveldb.DBStats) error, ancient ethdb.AncientReader, free func() (uint64, error), w *watch, reserve uint64) *collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName("monolith", "db", name), help, labels, nil)
	}
	return &collector{
		stats: stats, ancient: ancient, free: free, watch: w, reserve: reserve,

		size:              desc("size_bytes", "Size of all LevelDB tables."),
		levelSize:         desc("level_size_bytes", "Size of the tables of a level.", "level"),
		levelTables:       desc("level_tables", "Number of tables of a level.", "level"),
		compactions:       desc("compactions_total", "Compactions by kind: memory (a memtable flushed), level0, other, seek.", "kind"),
		compactionTime:    desc("compaction_seconds_total", "Time spent on compactions into a level.", "level"),
		compactionRead:    desc("compaction_read_bytes_total", "Bytes read by compactions into a level.", "level"),
		compactionWritten: desc("compaction_written_bytes_total", "Bytes written by compactions into a level.", "level"),
		delays:            desc("write_delays_total", "Writes that compaction has slowed down or held up."),
		delayTime:         desc("write_delay_seconds_total", "Time that compaction has held up writes, counted when each delay is over."),
		paused:            desc("write_paused", "1 while a write waits for compaction."),
		stalled:           desc("write_stalled", "1 when writes have been waiting long enough to be a Status."),
		read:              desc("read_bytes_total", "Bytes read from LevelDB's files."),
		written:           desc("written_bytes_total", "Bytes written to LevelDB's files."),
		cache:             desc("block_cache_bytes", "Size of the blocks in the cache."),
		openTables:        desc("open_tables", "Tables held open."),
		iterators:         desc("iterators", "Iterators in use."),
		snapshots:         desc("snapshots", "Snapshots in use."),
		diskFree:          desc("disk_free_bytes", "Free space of the data directory's file system."),
		diskReserve:       desc("disk_reserve_bytes", "Free space below which no blocks are written."),
		ancients:          desc("ancient_blocks", "Blocks in the ancient store."),
		ancientSz:         desc("ancient_size_bytes", "Size of the ancient store's block tables."),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.size, c.levelSize, c.levelTables, c.compactions, c.compactionTime, c.compactionRead, c.compactionWritten,
		c.delays, c.delayTime, c.paused, c.stalled, c.read, c.written, c.cache, c.openTables, c.iterators,
		c.snapshots, c.diskFree, c.diskReserve, c.ancients, c.ancientSz,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. A closed database has no figures.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	var s leveldb.DBStats
	if c.stats(&s) != nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}

	gauge(c.size, float64(s.LevelSizes.Sum()))
	for level, size := range s.LevelSizes {
		label := strconv.Itoa(level)
		gauge(c.levelSize, float64(size), label)
		gauge(c.levelTables, float64(s.LevelTablesCounts[level]), label)
		counter(c.compactionTime, s.LevelDurations[level].Seconds(), label)
		counter(c.compactionRead, float64(s.LevelRead[level]), label)
		counter(c.compactionWritten, float64(s.LevelWrite[level]), label)
	}
	counter(c.compactions, float64(s.MemComp), "memory")
	counter(c.compactions, float64(s.Level0Comp), "level0")
	counter(c.compactions, float64(s.NonLevel0Comp), "other")
	counter(c.compactions, float64(s.SeekComp), "seek")
	counter(c.delays, float64(s.WriteDelayCount))
	counter(c.delayTime, s.WriteDelayDuration.Seconds())
	gauge(c.paused, boolValue(s.WritePaused))
	gauge(c.stalled, boolValue(c.watch.stalled.Load() != nil))
	counter(c.read, float64(s.IORead))
	counter(c.written, float64(s.IOWrite))
	gauge(c.cache, float64(s.BlockCacheSize))
	gauge(c.openTables, float64(s.OpenedTablesCount))
	gauge(c.iterators, float64(s.AliveIterators))
	gauge(c.snapshots, float64(s.AliveSnapshots))
	if c.free != nil {
		if free, err := c.free(); err == nil {
			gauge(c.diskFree, float64(free))
			gauge(c.diskReserve, float64(c.reserve))
		}
	}
	c.collectAncients(gauge)
}

func (c *collector) collectAncients(gauge func(*prometheus.Desc, float64, ...string)) {
	blocks, err := c.ancient.Ancients()
	if err != nil {
		return
	}
	var size uint64
	for _, table := range ancientTables {
		if n, err := c.ancient.AncientSize(table); err == nil {
			size += n
		}
	}
	gauge(c.ancients, float64(blocks))
	gauge(c.ancientSz, float64(size))
}

func boolValue(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
