// LevelDB's statistics
// speconly: it is the database's
>> {"id":1,"jsonrpc":"2.0","method":"debug_chaindbProperty","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":"Read(MB):0.00000 Write(MB):1.85056\nBlockCache(MB):0.00000 FileCache:0\nMemoryCompaction:0 Level0Compaction:0 NonLevel0Compaction:0 SeekCompaction:0\nWriteDelayCount:0 WriteDelayDuration:0s Paused:false\nSnapshots:0 Iterators:0\n"}
