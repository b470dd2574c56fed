// Entry of every npm script. It is the only file that an old Node runs, so it keeps to old syntax and no dependencies:
// it installs what is missing, builds the web apps when their sources changed, and hands over to the Node of node_modules.
'use strict';

var childProcess = require('child_process');
var crypto = require('crypto');
var fs = require('fs');
var path = require('path');

var root = path.resolve(__dirname, '..');
var modules = path.join(root, 'node_modules');
var node = path.join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
var command = process.argv[2];
var rest = process.argv.slice(3);

var programs = {
  start: ['packages/server/src/main.ts'],
  demo: ['scripts/demo.ts'],
  listen: ['scripts/listen.ts'],
  test: ['scripts/test.ts'],
  bench: ['bench/run.ts'],
};

if (!programs[command]) {
  console.error('usage: npm run ' + Object.keys(programs).join(' | '));
  process.exit(2);
}
process.chdir(root);
install();
buildApps();
run(node, programs[command].concat(rest));

function install() {
  var lock = hashOf([path.join(root, 'package-lock.json')]);
  var stamp = path.join(modules, '.installed');
  if (read(stamp) === lock && fs.existsSync(node)) return;
  console.log('Installing dependencies …');
  var arguments_ = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // Before version 7 npm knows neither workspaces nor this lock file.
  var old = Number(String(childProcess.execSync('npm --version')).split('.')[0]) < 7;
  // An outer npm hands its own settings down; a nested one must find its own.
  var env = Object.assign({}, process.env, { npm_config_engine_strict: 'false' });
  var result = old
    ? childProcess.spawnSync('npx', ['--yes', '-p', 'npm@8', 'npm'].concat(arguments_), {
        stdio: 'inherit',
        env: env,
        shell: process.platform === 'win32',
      })
    : childProcess.spawnSync('npm', arguments_, { stdio: 'inherit', env: env, shell: process.platform === 'win32' });
  if (result.status !== 0) {
    console.error('The dependencies could not be installed.');
    process.exit(1);
  }
  fs.writeFileSync(stamp, lock);
}

function buildApps() {
  ['signing', 'identification'].forEach(buildApp);
}

function buildApp(name) {
  var app = path.join(root, 'apps', name);
  var sources = [path.join(root, 'package-lock.json')]
    .concat(filesIn(path.join(app, 'src')), filesIn(path.join(root, 'packages', 'ui', 'src')))
    .concat([path.join(app, 'index.html'), path.join(app, 'vite.config.ts')]);
  var hash = hashOf(sources);
  var stamp = path.join(app, 'dist', '.built');
  if (read(stamp) === hash) return;
  console.log('Building the web app ' + name + ' …');
  var vite = path.join(modules, 'vite', 'bin', 'vite.js');
  var result = childProcess.spawnSync(node, [vite, 'build', app, '--logLevel', 'warn'], { stdio: 'inherit' });
  if (result.status !== 0) {
    console.error('The web app ' + name + ' could not be built.');
    process.exit(1);
  }
  fs.writeFileSync(stamp, hash);
}

function run(program, arguments_) {
  var env = Object.assign({}, process.env);
  env.PATH = path.join(modules, '.bin') + path.delimiter + env.PATH;
  // Compiled code is kept from one start to the next, which makes the second one half a second faster.
  env.NODE_COMPILE_CACHE = env.NODE_COMPILE_CACHE || path.join(modules, '.cache', 'compiled');
  var child = childProcess.spawn(program, arguments_, {
    stdio: 'inherit',
    env: env,
    shell: process.platform === 'win32',
  });
  // Ctrl-C reaches the child by itself: here it must only not end the parent first. Others are passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {
    child.kill('SIGTERM');
  });
  child.on('exit', (code, signal) => {
    process.exit(code === null ? (signal === 'SIGINT' ? 130 : 1) : code);
  });
}

function filesIn(folder) {
  return fs.readdirSync(folder).reduce((list, name) => {
    var file = path.join(folder, name);
    return list.concat(fs.statSync(file).isDirectory() ? filesIn(file) : [file]);
  }, []);
}

function hashOf(files) {
  var hash = crypto.createHash('sha256');
  files.sort().forEach((file) => {
    hash
      .update(path.relative(root, file) + '\0')
      .update(fs.readFileSync(file))
      .update('\0');
  });
  return hash.digest('hex');
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    return undefined;
  }
}
