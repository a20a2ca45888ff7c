package rpc

// A Method is a method of the Remote Execution API, without its gRPC service.
type Method string

// The methods that thinrex calls. An Execute call covers the calls of
// WaitExecution that follow the same execution.
const (
	GetCapabilities    Method = "GetCapabilities"
	GetActionResult    Method = "GetActionResult"
	UpdateActionResult Method = "UpdateActionResult"
	FindMissingBlobs   Method = "FindMissingBlobs"
	BatchReadBlobs     Method = "BatchReadBlobs"
	BatchUpdateBlobs   Method = "BatchUpdateBlobs"
	Read               Method = "Read"  // of a ByteStream
	Write              Method = "Write" // of a ByteStream
	Execute            Method = "Execute"
)

// isEssential reports whether a service that refuses the method to this user is
// of no use. Other methods may be refused to some users, such as writing to the
// Action Cache; a user who may not execute may still read.
func (m Method) isEssential() bool { return m == GetCapabilities || m == GetActionResult }

// uploads reports whether a full CAS refuses the method. Such a refusal doesn't
// mean that the service is busy.
func (m Method) uploads() bool { return m == Write || m == BatchUpdateBlobs }
