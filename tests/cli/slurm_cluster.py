"""A cluster of SLURM on this machine: a real controller and two nodes, in a folder of their own."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
NODES = ("one", "two")
CONFIG = """\
ClusterName=convgauge
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
SlurmdSpoolDir={folder}/%n
StateSaveLocation={folder}/state
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/linear
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
SlurmdTimeout=6
KillWait=2
MessageTimeout=5
ReturnToService=2
MpiDefault=none
MailProg=/bin/true
NodeName=one NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1
NodeName=two NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1
PartitionName=all Nodes=one,two Default=YES State=UP MaxTime=INFINITE
"""


def why_not():
    """Why there can be no cluster here; empty where there can."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
    missing = [p for p in PROGRAMS if not shutil.which(p, path=path)]
    if missing:
        return f"not here: {', '.join(missing)} (slurmctld, slurmd, slurm-client, munge)"
    return "" if os.geteuid() == 0 else "SLURM's nodes start jobs as their users: needs root"


def free_ports(count):
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [s.getsockname()[1] for s in taken]


class Cluster:
    """`with Cluster(folder)`: folder must be short (sockets), and not yet there."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"]),
            "SLURM_CONF": str(self.folder / "slurm.conf"),
        }
        self.running = {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in (*NODES, "slurmctld", "munged"):
            self.stop(name)

    def start(self):
        munge = self.folder / "munge"
        munge.mkdir(parents=True, mode=0o755)
        (self.folder / "state").mkdir()
        key = munge / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        host = socket.gethostname().split(".")[0]
        config = CONFIG.format(folder=self.folder, host=host, ports=free_ports(3))
        (self.folder / "slurm.conf").write_text(config)
        self.begin(
            "munged",
            *("munged", "--foreground", "--force", f"--key-file={key}"),
            *(f"--{what}={munge}/{what[:4]}" for what in ("pid-file", "log-file", "seed-file")),
            f"--socket={munge}/socket",
        )
        self.wait("munge's socket", (munge / "socket").exists)
        self.begin("slurmctld", "slurmctld", "-D", "-c")
        for node in NODES:
            self.begin_node(node)
        self.wait("two idle nodes", lambda: self.nodes("idle") == set(NODES))

    def begin(self, name, *command):
        with open(self.folder / f"{name}.out", "ab") as out:
            self.running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environment,
                start_new_session=True,
            )

    def begin_node(self, node):
        self.begin(node, "slurmd", "-D", "-N", node)

    def stop(self, name):
        """With all that it has started."""
        process = self.running.pop(name, None)
        if name in NODES:
            self.kill_node(name)
        if process:
            process.kill()
            process.wait()

    def kill_node(self, node):
        """As if its plug was pulled: nothing of it tells the controller."""
        process = self.running.pop(node, None)
        if process:
            process.kill()
            process.wait()
        wanted = {f"SLURMD_NODENAME={node}", f"SLURM_CONF={self.environment['SLURM_CONF']}"}
        jobs, steps = set(), set()
        for proc in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                environ = (proc / "environ").read_bytes().decode(errors="replace").split("\0")
                if wanted <= set(environ):
                    jobs.add(int(proc.name))
                    steps.add(int((proc / "stat").read_text().rpartition(")")[2].split()[1]))
        # Those that would report the others' end go first.
        for pid in [p for p in steps if self.is_step(p)] + sorted(jobs):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @staticmethod
    def is_step(pid):
        with contextlib.suppress(OSError):
            return "slurmstepd" in pathlib.Path(f"/proc/{pid}/cmdline").read_text()
        return False

    def ask(self, *command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def nodes(self, state):
        lines = self.ask("sinfo", "-h", "-N", "-o", "%N %t").split("\n")
        return {line.split()[0] for line in lines if line.endswith(" " + state)}

    def tasks(self):
        """Of every job that there is: its name, the task's number, state and node."""
        lines = self.ask("squeue", "-h", "-r", "-t", "all", "-o", "%j|%K|%T|%N").split("\n")
        return [tuple(line.split("|")) for line in lines if line]

    def wait(self, what, is_so, limit_s=60.0):
        end = time.monotonic() + limit_s
        while not is_so():
            if time.monotonic() > end:
                said = "\n".join(
                    f"{p.name}: {p.read_text(errors='replace')[-1500:]}"
                    for p in sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.out"))
                )
                raise TimeoutError(f"{what}: not in {limit_s} s; {self.tasks()}\n{said}")
            time.sleep(0.1)
