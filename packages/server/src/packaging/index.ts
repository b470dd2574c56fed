export {
  jobOf,
  PACKAGE_DOCUMENT,
  type PackagingDeps,
  packageDocument,
  packageOrTell,
  packagingQueue,
  registerPackaging,
} from './package-document.job.ts';
export { SealingPool } from './sealing-pool.ts';
export { listStuckPackages, packagingGauges, restartPackaging, type StuckPackage } from './stuck-packages.ts';
