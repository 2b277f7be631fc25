extension UInt64 {
    /// FNV-1a over whole numbers instead of bytes: a hash for sets in memory, nothing that is kept.
    init(fnv1a values: some Sequence<UInt64>) {
        self = 0xCBF2_9CE4_8422_2325
        for value in values { self = (self ^ value) &* 0x100_0000_01B3 }
    }
}
