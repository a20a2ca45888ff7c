package credential

// String names the program or the file that the credentials come from; "" if there are
// none. It shows nothing of their values.
func (s *Source) String() string {
	if s.helper != nil {
		return "credential helper " + s.helper.program
	}
	if found, _ := s.Available(); found {
		return s.netrc.path
	}
	return ""
}
