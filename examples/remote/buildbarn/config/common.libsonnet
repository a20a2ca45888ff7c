{
  open: { allow: {} },
  anyone: { authenticationPolicy: { allow: {} } },  // within the compose network
  storage: { grpc: { client: { address: 'storage:8981' } } },
  // An entry whose blobs are gone counts as a miss.
  results: {
    completenessChecking: {
      backend: $.storage,
      maximumTotalTreeSizeBytes: 64 * 1024 * 1024,
    },
  },
  maximumMessageSizeBytes: 16 * 1024 * 1024,
}
