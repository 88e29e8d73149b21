package rpc

func (s *stage) monolithCases() []testCase {
	return []testCase{
		record("monolith_services", "services", "the parts of the node, with what each was built from").inShape("they are since a time"),
	}
}
