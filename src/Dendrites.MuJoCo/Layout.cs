namespace Dendrites.MuJoCo;

/// <summary>
/// Where fields stand in MuJoCo's structures, in bytes from their start: what a C compiler gives as offsetof over the
/// headers of 2.2.2 on x86-64. This version has no functions that read them. Fields have MuJoCo's names.
/// </summary>
internal static class Layout
{
    /// <summary>The only mj_version() that these numbers hold for.</summary>
    public const int Version = 222;

    /// <summary>mjModel: counts are int, arrays are pointers.</summary>
    public static class Model
    {
        public const int Nq = 0;
        public const int Nv = 4;
        public const int Nu = 8;
        public const int Na = 12;
        public const int Nbody = 16;
        public const int Njnt = 20;
        public const int Ngeom = 24;
        public const int Nsite = 28;
        public const int Ncam = 32;
        public const int Neq = 112;
        public const int Nmocap = 156;
        public const int Nuserdata = 220;
        public const int Timestep = 232;
        public const int Gravity = 280;
        public const int OffWidth = 496;
        public const int OffHeight = 500;
        public const int Qpos0 = 1096;
        public const int BodyParentid = 1112;
        public const int BodyMocapid = 1136;
        public const int BodyJntadr = 1152;
        public const int BodyPos = 1208;
        public const int BodyQuat = 1216;
        public const int BodyMass = 1240;
        public const int BodyInertia = 1256;
        public const int JntType = 1280;
        public const int JntQposadr = 1288;
        public const int JntDofadr = 1296;
        public const int JntRange = 1368;
        public const int GeomBodyid = 1520;
        public const int GeomSize = 1592;
        public const int GeomPos = 1608;
        public const int GeomQuat = 1616;
        public const int SiteBodyid = 1680;
        public const int SitePos = 1720;
        public const int SiteQuat = 1728;
        public const int EqType = 2456;
        public const int EqData = 2504;
        public const int ActuatorCtrlrange = 2792;
    }

    /// <summary>mjData: time is a double, warning an array of pairs of int, arrays are pointers.</summary>
    public static class Data
    {
        public const int Warning = 24;
        public const int Nefc = 40328;
        public const int Ncon = 40332;
        public const int Time = 40336;
        public const int Qpos = 40376;
        public const int Qvel = 40384;
        public const int Act = 40392;
        public const int QaccWarmstart = 40400;
        public const int Ctrl = 40408;
        public const int QfrcApplied = 40416;
        public const int XfrcApplied = 40424;
        public const int MocapPos = 40432;
        public const int MocapQuat = 40440;
        public const int Qacc = 40448;
        public const int Userdata = 40464;
        public const int Xpos = 40480;
        public const int Xquat = 40488;
        public const int Xmat = 40496;
        public const int GeomXpos = 40536;
        public const int GeomXmat = 40544;
        public const int SiteXpos = 40552;
        public const int SiteXmat = 40560;
        public const int Contact = 40752;
        public const int Cvel = 40960;
        public const int ActuatorForce = 41080;
    }

    /// <summary>mjContact.</summary>
    public static class Contact
    {
        public const int Size = 528;
        public const int Dist = 0;
        public const int Geom1 = 508;
        public const int Geom2 = 512;
    }

    /// <summary>mjvScene, what is drawn.</summary>
    public static class Scene
    {
        public const int Size = 8656;
        public const int MaxGeom = 0;
        public const int Ngeom = 4;
        public const int Geoms = 8;
        public const int GeomSize = 248;
    }

    /// <summary>mjrContext, what OpenGL holds.</summary>
    public static class Context
    {
        public const int Size = 2304;
        public const int OffWidth = 40;
        public const int OffHeight = 44;
        public const int CurrentBuffer = 2300;
    }

    /// <summary>mjvOption: groups are bytes.</summary>
    public static class Option
    {
        public const int Size = 68;
        public const int GeomGroup = 8;
    }

    /// <summary>mjvCamera: after the place, as doubles too, come distance, azimuth and elevation.</summary>
    public static class Camera
    {
        public const int Size = 64;
        public const int Type = 0;
        public const int FixedId = 4;
        public const int LookAt = 16;
    }

    /// <summary>mjVFS, files in memory.</summary>
    public static class Files
    {
        public const int Size = 2_024_008;
        public const int Data = 2_008_008;
    }

    /// <summary>Numbers of one equality constraint in eq_data.</summary>
    public const int EqDataStride = 11;
}
