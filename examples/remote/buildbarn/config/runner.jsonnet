local common = import 'common.libsonnet';

{
  buildDirectoryPath: '/worker/build',
  grpcServers: [common.anyone { listenPaths: ['/worker/runner'] }],
}
