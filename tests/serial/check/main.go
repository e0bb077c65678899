// Is there an order of all calls, in keeping with when each began and ended, in which each saw what it says it saw? The
// histories are history.c's; the question is put to porcupine, one group of items at a time.
//
//	check FILE…     the last line: N passed, N failed, where each group is one
package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	get = iota
	put
	cas
	del
	add
	readAll
	transact
)

const (
	done = iota
	conditionFailed
	notKnown
	refused
)

type group [3]int64 // 0: no item

type input struct {
	kind  int
	key   [2]int
	old   [2]int64
	value int64
}

type output struct {
	status int
	seen   [3]int64
}

// after gives the state behind a call that found its condition true or had none.
func after(s group, in input) group {
	switch in.kind {
	case put, cas:
		s[in.key[0]] = in.value
	case del:
		s[in.key[0]] = 0
	case add:
		s[in.key[0]]++
	case transact:
		s[in.key[0]], s[in.key[1]] = in.value, in.value
	}
	return s
}

func holds(s group, in input) bool {
	switch in.kind {
	case cas:
		return s[in.key[0]] == in.old[0]
	case transact:
		return s[in.key[0]] == in.old[0] && s[in.key[1]] == in.old[1]
	}
	return true
}

func sees(s group, in input, out output) bool {
	switch in.kind {
	case get, put, del:
		return out.seen[0] == s[in.key[0]]
	case add:
		return out.seen[0] == s[in.key[0]]+1
	case readAll:
		return group(out.seen) == s
	}
	return true
}

func step(state, in, out any) (bool, any) {
	s, i, o := state.(group), in.(input), out.(output)
	switch o.status {
	case done:
		return holds(s, i) && sees(s, i, o), after(s, i)
	case conditionFailed:
		return !holds(s, i), s
	case refused:
		return true, s
	}
	if holds(s, i) { // not known whether it took place: it may come last, where nobody sees it
		return true, after(s, i)
	}
	return true, s
}

var model = porcupine.Model{Init: func() any { return group{} }, Step: step}

func read(path string) (map[int64][]porcupine.Operation, int, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	groups, count := map[int64][]porcupine.Operation{}, 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var n [14]int64
		words := strings.Fields(lines.Text())
		if len(words) != len(n) {
			return nil, 0, fmt.Errorf("%s: a line of %d words: %s", path, len(words), lines.Text())
		}
		for i, word := range words {
			if n[i], err = strconv.ParseInt(word, 10, 64); err != nil {
				return nil, 0, err
			}
		}
		one := porcupine.Operation{ClientId: int(n[0]), Call: n[1], Return: n[2],
			Input:  input{kind: int(n[4]), key: [2]int{int(n[5]), int(n[7])}, old: [2]int64{n[6], n[8]}, value: n[9]},
			Output: output{status: int(n[10]), seen: [3]int64{n[11], n[12], n[13]}}}
		if n[10] == notKnown {
			one.Return = math.MaxInt64
		}
		groups[n[3]] = append(groups[n[3]], one)
		count++
	}
	return groups, count, lines.Err()
}

func main() {
	passed, failed := 0, 0
	for _, path := range os.Args[1:] {
		groups, count, err := read(path)
		if err != nil {
			fmt.Println(err)
			failed++
			continue
		}
		unknown, conditions := 0, 0
		for number, history := range groups {
			for _, one := range history {
				switch one.Output.(output).status {
				case notKnown:
					unknown++
				case conditionFailed:
					conditions++
				}
			}
			switch porcupine.CheckOperationsTimeout(model, history, time.Minute) {
			case porcupine.Ok:
				passed++
			case porcupine.Unknown:
				fmt.Printf("%s: group %d of %d operations: not decided in a minute\n", path, number, len(history))
				failed++
			default:
				fmt.Printf("FAIL %s: group %d of %d operations is not linearizable\n", path, number, len(history))
				failed++
			}
		}
		if 10*unknown > count || 100*conditions < count {
			fmt.Printf("FAIL %s: it says too little\n", path)
			failed++
		}
		fmt.Printf("%s: %d operations on %d groups, %d conditions failed, %d outcomes not known\n", path, count, len(groups), conditions, unknown)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}
