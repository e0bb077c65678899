#!/usr/bin/env python3
"""Seeds for store_fuzz: the keys and values of a store's file, written anew with small pages, so that a whole tree fits
into an input of a few kilobytes.    fuzz/make_store_corpus.py DATA.MDB OUT [PAGE_SIZE [FIRST_BYTE]]

A second reader and writer of LMDB's format, independent of src/store/lmdb/page*.c.
"""
import struct
import sys

NONE = 2**64 - 1


def read(data):
    """[(key, value)…] of the newest state."""
    metas = []
    size, = struct.unpack_from("<I", data, 40)
    for at in (0, size):
        metas.append((struct.unpack_from("<Q", data, at + 144)[0], at))
    root, = struct.unpack_from("<Q", data, max(metas)[1] + 88 + 40)
    pairs = []

    def walk(number):
        at = number * size
        flags, lower = struct.unpack_from("<HH", data, at + 10)
        for i in range((lower - 16) // 2):
            node = at + struct.unpack_from("<H", data, at + 16 + 2 * i)[0]
            low, high, node_flags, key_size = struct.unpack_from("<HHHH", data, node)
            key = data[node + 8:node + 8 + key_size]
            if flags & 1:
                walk(low | high << 16 | node_flags << 32)
                continue
            value_size, value = low | high << 16, node + 8 + key_size
            if node_flags & 1:
                value = struct.unpack_from("<Q", data, value)[0] * size + 16
            pairs.append((key, data[value:value + value_size]))

    walk(root)
    return pairs


class Writer:
    def __init__(self, page_size):
        self.size, self.pages = page_size, [b"", b""]

    def take(self, count=1):
        self.pages += [b"\0" * self.size] * count
        return len(self.pages) - count

    def page(self, flags, nodes):
        number = self.take()
        upper, offsets, body = self.size, [], bytearray(self.size)
        for node in nodes:
            upper -= len(node) + len(node) % 2
            body[upper:upper + len(node)] = node
            offsets.append(upper)
        struct.pack_into("<QHHHH", body, 0, number, 0, flags, 16 + 2 * len(nodes), upper)
        struct.pack_into(f"<{len(offsets)}H", body, 16, *offsets)
        self.pages[number] = bytes(body)
        return number

    def node(self, key, value):
        if 8 + len(key) + len(value) <= ((self.size - 16) // 2 & ~1) - 2:
            return struct.pack("<HHHH", len(value) & 0xFFFF, len(value) >> 16, 0, len(key)) + key + value
        count = (15 + len(value)) // self.size + 1
        number = self.take(count)
        body = struct.pack("<QHHI", number, 0, 4, count) + value
        body += b"\0" * (count * self.size - len(body))
        for i in range(count):
            self.pages[number + i] = body[i * self.size:(i + 1) * self.size]
        self.overflow += count
        return struct.pack("<HHHH", len(value) & 0xFFFF, len(value) >> 16, 1, len(key)) + key + struct.pack("<Q", number)

    def level(self, flags, nodes):
        """[(first key, page)…] of pages filled with (key, node)."""
        out, rest = [], list(nodes)
        while rest:
            taken, room = [], self.size - 16
            while rest and room >= 2 + len(rest[0][1]) + len(rest[0][1]) % 2:
                room -= 2 + len(rest[0][1]) + len(rest[0][1]) % 2
                taken.append(rest.pop(0))
            if flags == 1:  # the first key of a branch page counts for nothing
                taken[0] = (taken[0][0], taken[0][1][:6] + b"\0\0")
            out.append((taken[0][0], self.page(flags, [node for _, node in taken])))
        return out

    def tree(self, pairs):
        """The database's 40 bytes behind pad and flags."""
        if not pairs:
            return struct.pack("<HQQQQQ", 0, 0, 0, 0, 0, NONE)
        self.overflow = 0
        below = self.level(2, [(key, self.node(key, value)) for key, value in pairs])
        depth, leaves, branches = 1, len(below), 0
        while len(below) > 1:
            below = self.level(1, [(key, struct.pack("<HHHH", page & 0xFFFF, page >> 16, 0, len(key)) + key) for key, page in below])
            branches += len(below)
            depth += 1
        return struct.pack("<HQQQQQ", depth, branches, leaves, self.overflow, len(pairs), below[0][1])

    def meta(self, number, free, main, last_page):
        head = struct.pack("<QHHHH", number, 0, 8, 0, 0) + struct.pack("<IIQQ", 0xBEEFC0DE, 1, 0, 1 << 30)
        body = head + struct.pack("<IH", self.size, 8) + free + struct.pack("<IH", 0, 0) + main
        body += struct.pack("<QQ", last_page, number)
        return body + b"\0" * (self.size - len(body))


def main():
    pairs = read(open(sys.argv[1], "rb").read())
    writer = Writer(int(sys.argv[3]) if len(sys.argv) > 3 else 1024)
    empty = writer.tree([])
    tree = writer.tree(pairs)
    free = writer.tree([(struct.pack("<Q", 1), struct.pack("<QQ", 1, len(writer.pages) + 1))])
    writer.take()
    writer.pages[0] = writer.meta(0, empty, empty, 1)
    writer.pages[1] = writer.meta(1, free, tree, len(writer.pages) - 1)
    out = bytes([int(sys.argv[4]) if len(sys.argv) > 4 else 0]) + b"".join(writer.pages)
    open(sys.argv[2], "wb").write(out)
    print(f"{sys.argv[2]}: {len(out)} bytes, {len(pairs)} keys, {len(writer.pages)} pages")


main()
